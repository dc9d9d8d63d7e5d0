/** Of no more than this many keys at a time is kept how often they came. */
const MOST_KEYS = 10_000

/** Counts what comes under a key, and says when it is too much. */
export class Throttle {
  readonly #limit: number
  readonly #windowMs: number
  readonly #now: () => number
  readonly #counts = new Map<string, number>()
  #windowEnd = -Infinity

  /** @param limit how many of one key may come in a window; @param now monotonic, ms */
  constructor(limit: number, windowMs: number, now: () => number) {
    this.#limit = limit
    this.#windowMs = windowMs
    this.#now = now
  }

  /** Counts one more. */
  add(key: string): void {
    this.#turnOver()
    const count = this.#counts.get(key)
    if (count !== undefined || this.#counts.size < MOST_KEYS) {
      this.#counts.set(key, (count ?? 0) + 1)
    }
  }

  /** Whether no more may come now. With too many keys at a time that holds for all others. */
  isFull(key: string): boolean {
    this.#turnOver()
    const count = this.#counts.get(key) ?? (this.#counts.size < MOST_KEYS ? 0 : this.#limit)
    return count >= this.#limit
  }

  /** Counts one less: it was none of those that are counted. */
  giveBack(key: string): void {
    const count = this.#counts.get(key)
    if (count !== undefined) this.#counts.set(key, Math.max(0, count - 1))
  }

  /** How long until all may come again (ms). */
  get restMs(): number {
    return Math.max(0, this.#windowEnd - this.#now())
  }

  /** Counts one more, unless it is too much; whether it was counted. */
  take(key: string): boolean {
    if (this.isFull(key)) return false
    this.add(key)
    return true
  }

  #turnOver(): void {
    const now = this.#now()
    if (now < this.#windowEnd) return
    this.#windowEnd = now + this.#windowMs
    this.#counts.clear()
  }
}
