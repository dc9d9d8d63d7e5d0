import type { Info } from '../protocol/encode.ts'
import type { JoinCost } from './ports.ts'

/** A session keeps at most this many messages since its snapshot, of this length (as in `JoinCost`). */
const MAX_MESSAGES = 500_000
const MAX_BYTES = 250_000_000
/** Users are warned when there is room for fewer than this. */
const WARN_HEADROOM = 10_000

/**
 * How many more messages a history has room for (SNAP7); 0 or less: it is full. What is left of its
 * length counts as messages, of as many as the whole length has room for.
 */
export function headroomOf({ messages, bytes }: JoinCost): number {
  const room = Math.ceil((1 - bytes / MAX_BYTES) * MAX_MESSAGES)
  return Math.min(MAX_MESSAGES - messages, room)
}

/**
 * What users are told now of a history that fills, the more often the fuller it is; undefined: nothing.
 * @param messages how many it has
 */
export function warningOf(headroom: number, messages: number): Info | undefined {
  const every = Math.max(1, Math.floor(headroom / 100) * 10)
  if (headroom >= WARN_HEADROOM || messages % every !== 0) return undefined
  const msg =
    headroom > 0
      ? `The session has room for ${headroom} more messages until it gets a snapshot.`
      : 'The session takes no more messages until it gets a snapshot.'
  return { code: 'SNAPSHOT_NEEDED', msg, options: { level: 'warning' } }
}
