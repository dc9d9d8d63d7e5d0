/** The seq of a session that has reflected nothing yet; near the wrap, so that every session meets it. */
export const INITIAL_SEQ = 0xfffffff0

/** Half the range: a seq is after another if it is less than this far ahead of it. */
const HALF_RANGE = 0x80000000

/** The seq of the message at this position; positions count messages from 1 and never wrap. */
export function seqAt(position: number): number {
  return (INITIAL_SEQ + (position % 0x100000000)) >>> 0
}

/**
 * The position of a seq that is at or before `position`, within half the range; undefined for a seq
 * from the future or from before the session began.
 */
export function positionOf(seq: number, position: number): number | undefined {
  const behind = (seqAt(position) - seq) >>> 0
  if (behind >= HALF_RANGE || behind > position) return undefined
  return position - behind
}
