import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'

/** Bytes of frames that have begun and not ended, of all connections together (LIMIT16). */
const MAX_UNFINISHED_BYTES = 64_000_000
/** A connection with less is never closed for it: an ordinary frame on its way. */
const ORDINARY_UNFINISHED_BYTES = 100_000
/** Bytes that wait for clients, of all sessions together (LIMIT19). */
const MAX_BACKLOGS_BYTES = 256_000_000
/** A client for which less waits is never closed for it. */
const ORDINARY_BACKLOG_BYTES = 250_000

const TOO_MUCH_UNFINISHED = 'please reconnect: too much of a frame that does not end'
const TOO_MUCH_WAITS = 'client unresponsive'

/** A connection as far as memory is concerned that its socket takes. */
export interface MemoryUser {
  readonly isOpen: boolean
  readonly origin: { readonly sessionId: string }
  /** what came of a frame whose end has not come, in bytes */
  readonly unfinishedBytes: number
  /** what waits for its client, in bytes */
  readonly backlog: number
  close(code: CloseCode, reason: string): void
}

/** Connections that take memory together. */
interface Group<C> {
  bytes: number
  readonly connections: C[]
}

/**
 * Bounds what the box keeps of frames that have begun: each may be as long as a frame, and a client can have
 * hundreds of connections. To be called every second or so. Closes those with the longest first.
 * @param onClosed told of each that is closed
 */
export function boundUnfinished<C extends MemoryUser>(
  connections: Iterable<C>,
  onClosed: (connection: C) => void,
  maxBytes = MAX_UNFINISHED_BYTES,
): void {
  const groups: Array<Group<C>> = []
  let total = 0
  for (const connection of connections) {
    const bytes = connection.isOpen ? connection.unfinishedBytes : 0
    total += bytes
    if (bytes > ORDINARY_UNFINISHED_BYTES) groups.push({ bytes, connections: [connection] })
  }
  for (const connection of largest(groups, total - maxBytes)) {
    onClosed(connection)
    connection.close(CLOSE_CODE.pleaseReconnect, TOO_MUCH_UNFINISHED)
  }
}

/**
 * Bounds what waits for clients that are slow to take it. Those of one session wait for the same frames, which
 * are kept once: a session counts as much as waits for the slowest of them.
 */
export function boundBacklogs<C extends MemoryUser>(
  connections: Iterable<C>,
  maxBytes = MAX_BACKLOGS_BYTES,
): void {
  const groups = new Map<string, Group<C>>()
  for (const connection of connections) {
    const { isOpen, backlog, origin } = connection
    if (!isOpen || backlog <= ORDINARY_BACKLOG_BYTES) continue
    const group = groups.get(origin.sessionId) ?? { bytes: 0, connections: [] }
    group.bytes = Math.max(group.bytes, backlog)
    group.connections.push(connection)
    groups.set(origin.sessionId, group)
  }
  const all = [...groups.values()]
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0)
  for (const connection of largest(all, total - maxBytes)) {
    connection.close(CLOSE_CODE.unresponsive, TOO_MUCH_WAITS)
  }
}

/** Connections of the largest groups, until these make up so many bytes. */
function* largest<C>(groups: Array<Group<C>>, excess: number): Iterable<C> {
  let left = excess
  if (left <= 0) return
  groups.sort((one, other) => other.bytes - one.bytes)
  for (const { bytes, connections } of groups) {
    if (left <= 0) return
    left -= bytes
    yield* connections
  }
}
