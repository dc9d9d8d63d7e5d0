import type { Tags } from '../protocol/messages.ts'

/** Remembered msgIDs are swept when there are more than this, or twice what the last sweep left. */
const SWEEP_AT = 1000

/** Lets one message per msgID and interval through (TAG1). Times are monotonic real time, ms. */
export class Debounce {
  readonly #passed = new Map<string, { at: number; until: number }>()
  #sweepAt = SWEEP_AT

  /** Whether this message may be reflected; a later one with the same msgID then has to wait. */
  passes({ msgID, debounce }: Tags, now: number): boolean {
    const last = this.#passed.get(msgID)
    if (last !== undefined && now - last.at <= debounce) return false
    if (this.#passed.size >= this.#sweepAt) this.#sweep(now)
    this.#passed.set(msgID, { at: now, until: now + debounce })
    return true
  }

  #sweep(now: number): void {
    for (const [msgID, { until }] of this.#passed) if (until < now) this.#passed.delete(msgID)
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#passed.size)
  }
}
