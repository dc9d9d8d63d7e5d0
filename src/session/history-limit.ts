import type { Info } from '../protocol/encode.ts'
import type { JoinCost } from './ports.ts'

/** A session keeps at most this many messages since its snapshot. */
const MAX_MESSAGES = 500_000
/** Users are warned when there is room for fewer than this. */
const WARN_HEADROOM = 10_000
/** What a session keeps beside its history is no longer (UTF-16 units, LIMIT14). */
export const MAX_BESIDE_LENGTH = 64_000_000

/** What users are told of messages that are refused. */
export const REFUSAL = warning('The session takes no more messages until it gets a snapshot.')

/**
 * How many more messages a history has room for (SNAP7); 0 or less: it is full. What is left of its
 * length counts as messages, of as many as the whole length has room for.
 * @param maxBytes the longest that it may be, as in `JoinCost`
 */
export function headroomOf({ messages, bytes }: JoinCost, maxBytes: number): number {
  const room = Math.ceil((1 - bytes / maxBytes) * MAX_MESSAGES)
  return Math.min(MAX_MESSAGES - messages, room)
}

/**
 * What users are told now of a history that fills, the more often the fuller it is; undefined: nothing.
 * @param headroom above 0; @param messages how many it has
 */
export function warningOf(headroom: number, messages: number): Info | undefined {
  if (headroom >= WARN_HEADROOM) return undefined
  const every = Math.max(1, Math.floor(headroom / 100) * 10)
  if (messages % every !== 0) return undefined
  return warning(`The session has room for ${headroom} more messages until it gets a snapshot.`)
}

function warning(msg: string): Info {
  return { code: 'SNAPSHOT_NEEDED', msg, options: { level: 'warning' } }
}
