import type { Json } from './messages.ts'

/** The text of a frame that carries an already encoded message (FRAME: server to client). */
export function encodeRecv(sessionId: string, message: string): string {
  return `{"id":"${sessionId}","action":"RECV","args":${message}}`
}

/** @param time teatime, ms */
export function encodeTick(sessionId: string, time: number): string {
  return `{"id":"${sessionId}","action":"TICK","args":${time}}`
}

/** Asks the clients for a snapshot. */
export function encodeRequ(sessionId: string): string {
  return `{"id":"${sessionId}","action":"REQU"}`
}

/** What a client shows to its user. */
export interface Info {
  readonly code: string
  /** by which a page says that it has shown it (SEEN); undefined: nobody asks */
  readonly id?: number
  readonly msg: string
  readonly options: {
    readonly level: 'warning' | 'error'
    /** how long clients show it that show it themselves, ms */
    readonly duration?: number
  }
}

export function encodeInfo(sessionId: string, info: Info): string {
  return JSON.stringify({ id: sessionId, action: 'INFO', args: info })
}

/** PONG has no `id`: clients tell it from other frames by that. */
export function encodePong(args: Json | undefined): string {
  return JSON.stringify({ action: 'PONG', args })
}

/** What SYNC says besides the messages; undefined fields are left out. */
export interface SyncArgs {
  readonly url: string
  readonly time: number
  readonly seq: number
  readonly tove: string | undefined
  readonly reflector: string
  readonly timeline: string
  readonly flags: Readonly<Record<string, true>>
  readonly snapshotTime?: number
  readonly snapshotSeq?: number
  readonly persisted?: true
}

/** SYNC up to its first message. The messages follow as comma-separated JSON, then {@link SYNC_TAIL}. */
export function encodeSyncHead(sessionId: string, args: SyncArgs): string {
  return `{"id":"${sessionId}","action":"SYNC","args":${JSON.stringify(args).slice(0, -1)},"messages":[`
}

export const SYNC_TAIL = ']}}'
