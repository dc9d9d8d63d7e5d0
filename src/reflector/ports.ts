import type { Json } from '../protocol/messages.ts'
import type { HeraldNews } from '../session/ports.ts'
import type { LimitName } from './limits.ts'

/** Time as the reflector needs it. */
export interface Clock {
  /** monotonic, ms with fractions; stands still while the process does */
  now(): number
  /** ms since 1970, for the log */
  wallTime(): number
  /** Lets `now` stand still until the function that comes back is called. One at a time. */
  hold(): () => void
}

export type Cancel = () => void

export type Role = 'participant' | 'viewer' | 'monitor' | 'admin'

/** What a client may do here, and for how long. */
export interface Pass {
  readonly role: Role
  /** the only app it is good for; undefined: any */
  readonly appId: string | undefined
  /** the only persistent data it is good for; undefined: any */
  readonly persistentId: string | undefined
  /** the only session it is good for; undefined: any */
  readonly sessionId: string | undefined
  /** Whether it still holds: neither run out nor revoked. Asked once a second for each connection. */
  isGood(): boolean
}

/** Timers as the reflector needs them. */
export interface Timers {
  after(delayMs: number, run: () => void): Cancel
  every(intervalMs: number, run: () => void): Cancel
  /** once everything that is readable now has been read */
  soon(run: () => void): void
}

type LogCall = (fields: object, text: string) => void

/** `notice` is for what statistics are made of: start, join and end. */
export interface Log {
  readonly debug: LogCall
  readonly info: LogCall
  readonly notice: LogCall
  readonly warn: LogCall
  readonly error: LogCall
}

/** What the operation of the reflector is measured by. */
export interface ReflectorMetrics {
  connectionOpened(): void
  connectionClosed(): void
  sessionOpened(): void
  sessionClosed(): void
  messagesReflected(count: number): void
  ticked(): void
  /** clients were asked for a snapshot */
  snapshotRequested(): void
  snapshotTaken(): void
  limitBreached(limit: LimitName): void
  /** a viewer sent what only others may send */
  viewerMessageDropped(): void
  /** a client's round trip, ms */
  latency(ms: number): void
}

/** Why a herald was not told, in words for users. */
export interface HeraldFailure {
  readonly text: string
  readonly level: 'warning' | 'error'
}

/** Tells the servers that clients name, the heralds, who is in a session (JOIN9). */
export interface Herald {
  /** Returns at once. @param onFailure called, perhaps at once, if the herald could not be told */
  tell(sessionId: string, news: HeraldNews, onFailure: (failure: HeraldFailure) => void): void
}

/** A file of the box that a client may announce: a snapshot of a session, or data an app saved. */
export type AnnouncedFile =
  | {
      readonly kind: 'snapshot'
      readonly path: string
      readonly sessionId: string
      /** teatime, ms, rounded up */
      readonly time: number
      readonly seq: number
      readonly hash: string
    }
  | {
      readonly kind: 'persisted'
      readonly path: string
      readonly appId: string
      readonly persistentId: string
    }

/** The uploads as the reflector sees them. */
export interface FileDirectory {
  /** The file that a full URL names, whatever host the URL has; undefined if it is none of the box's. */
  identify(url: string): AnnouncedFile | undefined
  exists(path: string): Promise<boolean>
}

/** What a client tells of itself, undefined what it does not: the version of its library, and its app's code. */
export interface Program {
  readonly sdk: string | undefined
  readonly codeHash: string | undefined
}

/** Who is on a connection, as far as the box can tell. */
export interface Visitor extends Program {
  /** `ip:port.start`, the name of the connection in the log */
  readonly connection: string
  readonly userIp: string
  readonly user: Json | undefined
  readonly isViewer: boolean
  /** host and port by which its client reaches the box */
  readonly boxHost: string
}

/** What clients say that a session is. */
export interface SessionLabel {
  readonly name: string
  readonly appId: string | undefined
  readonly persistentId: string | undefined
  /** of the page of whoever joined last */
  readonly pageUrl: string
}

/**
 * Told what may explain, later, why people do not see each other. Never told of single messages; it must
 * not take long and must not throw.
 */
export interface Witness {
  joined(sessionId: string, label: SessionLabel, visitor: Visitor): void
  /** @param code as the client closed it, or the box did; @param afterMs how long it was there */
  left(sessionId: string, visitor: Visitor, code: number, reason: string, afterMs: number): void
  /** @param vote whose payload is JSON */
  voted(
    sessionId: string,
    visitor: Visitor,
    vote: { readonly tuttiKey: string; readonly payload: string },
  ): void
  /** @param time teatime, ms */
  snapshotTaken(sessionId: string, time: number): void
  /** The file of the newest snapshot is gone: the session falls back to the one before. */
  snapshotLost(sessionId: string): void
  /** It is no longer in memory. */
  closed(sessionId: string): void
}
