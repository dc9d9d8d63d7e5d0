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
