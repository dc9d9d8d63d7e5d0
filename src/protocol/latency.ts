import type { Json } from './messages.ts'

/** One over this is a time stamp, not a latency (ms). */
const MAX_LATENCY_MS = 60_000

/** The sender's round trip, ms, if the last part of a SEND is one. */
export function latencyIn(last: Json | undefined): number | undefined {
  return typeof last === 'number' && last > 0 && last < MAX_LATENCY_MS ? last : undefined
}
