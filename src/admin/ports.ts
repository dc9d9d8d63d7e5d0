import type { FastifyRequest } from 'fastify'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** What clients say that a session is. */
export interface SessionLabel {
  readonly name: string
  readonly appId: string | undefined
  /** of the app and the name, whatever the version of the app */
  readonly persistentId: string | undefined
  /** of the page of whoever joined last */
  readonly pageUrl: string
}

/** A running session, with all that it has reflected since it was opened. */
export interface SessionFacts extends SessionLabel {
  readonly id: string
  readonly users: number
  /** ms since 1970 */
  readonly startedAt: number
  readonly reflected: Readonly<Record<'messages' | 'bytes', number>>
  /** what everybody who joins gets */
  readonly joinCost: Readonly<Record<'messages' | 'bytes', number>>
  readonly snapshotPath: string | undefined
}

/** Somebody on a connection, as far as the box can tell. */
export interface Visitor {
  /** name of the connection in the log */
  readonly connection: string
  readonly userIp: string
  readonly user: Json | undefined
  readonly isViewer: boolean
  /** host and port by which the client reaches the box */
  readonly boxHost: string
  /** version of the client library */
  readonly sdk: string | undefined
  /** of the app's code */
  readonly codeHash: string | undefined
}

/** Somebody in a running session. */
export interface MemberFacts extends Visitor {
  /** ms since 1970 */
  readonly since: number
  readonly latencyMs: number | undefined
  /** messages and bytes, in and out */
  readonly traffic: Readonly<Record<'mi' | 'mo' | 'bi' | 'bo', number>>
}

/** What a client shows to its user. */
export interface Notice {
  readonly code: string
  readonly msg: string
  readonly options: {
    readonly level: 'warning' | 'error'
    /** how long clients show it that show it themselves, ms */
    readonly duration: number
  }
}

/** How a notice got on: connections it was sent to, and those whose page said that it was on the screen. */
export interface NoticeCounts {
  readonly id: number
  readonly told: number
  readonly seen: number
}

/** The running sessions. Undefined stands for: it does not run. */
export interface SessionDesk {
  readonly connectionCount: number
  readonly sessionCount: number
  sessions(): Iterable<SessionFacts>
  session(sessionId: string): SessionFacts | undefined
  members(sessionId: string): readonly MemberFacts[]
  /** How many clients were asked for a snapshot. */
  askForSnapshot(sessionId: string): number | undefined
  inform(sessionId: string, notice: Notice): NoticeCounts | undefined
  /** How such a notice got on; undefined: there was none, or it was too long ago. */
  notice(sessionId: string, id: number): NoticeCounts | undefined
  /** False: the connection is not in it. */
  disconnect(sessionId: string, connection: string): boolean | undefined
  /** False: it does not run. */
  close(sessionId: string): Promise<boolean>
  /** Closes it, and has it removed while nobody can open it. */
  remove<T>(sessionId: string, remove: () => Promise<T>): Promise<T>
}

/** A session that is stored, and that nobody is in. */
export interface ParkedSession {
  readonly id: string
  readonly name: string
  readonly appId: string | null
  readonly pageUrl: string
  /** ms since 1970 */
  readonly createdAt: number
  /** when somebody was in it last; ms since 1970 */
  readonly visitedAt: number
  readonly snapshots: FileTally
}

/** A part of a list. */
export interface Wanted {
  /** words that have to be in it, whatever their case */
  readonly filter: string
  readonly offset: number
  readonly limit: number
}

/** A snapshot that is stored. */
export interface StoredSnapshot {
  /** teatime, ms */
  readonly time: number
  /** ms since 1970 */
  readonly createdAt: number
  /** undefined: its file is not there */
  readonly bytes: number | undefined
}

export interface FileTally {
  readonly count: number
  readonly bytes: number
}

/** The files of one app. */
export interface AppFiles {
  /** undefined: of sessions that told no app, or are not stored any more */
  readonly appId: string | undefined
  readonly snapshots: FileTally
  readonly data: FileTally
  /** what of both would be removed now */
  readonly garbage: FileTally
}

/** What lies on the box's disk. Rejects with a sentence while the store is out of order. */
export interface StoreDesk {
  /** False: there is no such session. */
  removeSession(sessionId: string): Promise<boolean>
  snapshotsOf(sessionId: string): Promise<readonly StoredSnapshot[]>
  /** Those visited last come first; `total` is how many there are on all pages. */
  parkedSessions(
    wanted: Wanted,
  ): Promise<{ readonly total: number; readonly sessions: readonly ParkedSession[] }>
  surveyFiles(): Promise<readonly AppFiles[]>
  /** By what it was, how much was removed; undefined: not now, because it is done already, or may not be. */
  collectGarbage(): Promise<Readonly<Record<string, FileTally>> | undefined>
  /** of the volume, bytes; `freeBytes` is what the box may still have */
  volume(): Promise<{ readonly usedBytes: number; readonly freeBytes: number }>
}

/** A backup that is being made. */
export interface BackupRun {
  readonly tar: NodeJS.ReadableStream
  /** Resolves when the tar has begun; rejects, with a sentence for people, if there will be none. */
  readonly begun: Promise<void>
  /** Rejects if the tar is not whole. */
  readonly done: Promise<void>
  stop(): void
}

/** How punctual the reflector was at worst since this was last asked (ms). */
export interface Punctuality {
  readonly tickLatenessMs: number
  readonly commitMs: number
}

/** How the process is doing. */
export interface VitalSigns {
  /** CPU time since it started (ms) */
  readonly cpuMs: number
  readonly memoryBytes: number
  /** how long the event loop was held up since this was last asked (ms) */
  readonly eventLoopDelayMs: { readonly mean: number; readonly max: number }
}

export interface Clock {
  /** monotonic, ms */
  now(): number
  /** ms since 1970 */
  wallTime(): number
}

export interface Timers {
  every(intervalMs: number, run: () => void): () => void
}

/** Takes down what was done, by whom and from where the request came. */
export type NoteAction = (
  request: FastifyRequest,
  event: string,
  details: Readonly<Record<string, unknown>>,
) => void
