import type { Tags } from '../protocol/messages.ts'
import { shortKey } from './short-key.ts'

/** Remembered msgIDs are swept when there are more than this, or twice what the last sweep left. */
const SWEEP_AT = 1000
/** Of more, the oldest are forgotten: a message with such an ID is let through again (LIMIT14). */
const MAX_REMEMBERED = 10_000
/** What a remembered msgID takes, counted in UTF-16 units like all that a session keeps. */
const ENTRY_LENGTH = 200

/** When messages with a msgID were let through. */
type Passed = Map<string, { readonly at: number; readonly until: number }>

/** Lets one message per msgID and interval through (TAG1). Times are monotonic real time, ms. */
export class Debounce {
  #newer: Passed = new Map()
  /** half of what is remembered at most, forgotten as a whole when the newer half is full */
  #older: Passed = new Map()
  #sweepAt = SWEEP_AT

  /** What it keeps, in UTF-16 units. */
  get length(): number {
    return (this.#newer.size + this.#older.size) * ENTRY_LENGTH
  }

  /** Whether this message may be reflected; a later one with the same msgID then has to wait. */
  passes({ msgID, debounce }: Tags, now: number): boolean {
    const key = shortKey(msgID)
    const last = this.#newer.get(key) ?? this.#older.get(key)
    if (last !== undefined && now - last.at <= debounce) return false
    if (this.#newer.size >= this.#sweepAt) this.#sweep(now)
    this.#newer.set(key, { at: now, until: now + debounce })
    return true
  }

  #sweep(now: number): void {
    for (const [key, { until }] of this.#newer) if (until < now) this.#newer.delete(key)
    this.#sweepAt = Math.min(MAX_REMEMBERED / 2, Math.max(SWEEP_AT, 2 * this.#newer.size))
    if (this.#newer.size < this.#sweepAt) return
    this.#older = this.#newer
    this.#newer = new Map()
    this.#sweepAt = SWEEP_AT
  }
}
