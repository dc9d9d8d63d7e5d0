import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'

/** Bytes of frames that have begun and not ended, of all connections together (LIMIT16). */
const MAX_UNFINISHED_BYTES = 64_000_000
/** A connection with less is never closed for it: an ordinary frame on its way. */
const ORDINARY_BYTES = 100_000

const REASON = 'please reconnect: too much of a frame that does not end'

/** A connection as far as the frame is concerned that its client is sending. */
export interface Sender {
  readonly isOpen: boolean
  /** what came of a frame whose end has not come, in bytes */
  readonly unfinishedBytes: number
  close(code: CloseCode, reason: string): void
}

/**
 * Bounds what the box keeps of frames that have begun: each may be as long as a frame, and a client can have
 * hundreds of connections. To be called every second or so. Closes those with the longest first.
 * @param onClosed told of each that is closed
 */
export function boundUnfinished<S extends Sender>(
  connections: Iterable<S>,
  onClosed: (connection: S) => void,
  maxBytes = MAX_UNFINISHED_BYTES,
): void {
  const long: S[] = []
  let total = 0
  for (const connection of connections) {
    if (!connection.isOpen) continue
    const bytes = connection.unfinishedBytes
    total += bytes
    if (bytes > ORDINARY_BYTES) long.push(connection)
  }
  if (total <= maxBytes) return
  long.sort((one, other) => other.unfinishedBytes - one.unfinishedBytes)
  for (const connection of long) {
    if (total <= maxBytes) return
    total -= connection.unfinishedBytes
    onClosed(connection)
    connection.close(CLOSE_CODE.pleaseReconnect, REASON)
  }
}
