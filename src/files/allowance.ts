const MINUTE_MS = 60_000

/** So much a minute, and at most a minute's worth at once. Times are of one monotonic clock, ms. */
export class Allowance {
  readonly #perMinute: number
  /** below zero: more was taken than there was */
  #left: number
  #asOf: number

  constructor(perMinute: number, now: number) {
    this.#perMinute = perMinute
    this.#left = perMinute
    this.#asOf = now
  }

  /** How long (ms) until there is anything to take, be it one; 0: there is. */
  waitMs(now: number): number {
    const missing = 1 - this.#leftAt(now)
    return missing > 0 ? (missing / this.#perMinute) * MINUTE_MS : 0
  }

  /** May be more than there is: it is paid back before there is anything again. */
  take(amount: number, now: number): void {
    this.#left = this.#leftAt(now) - amount
    this.#asOf = now
  }

  /** Whether it is as it was in the beginning. */
  isWhole(now: number): boolean {
    return this.#leftAt(now) >= this.#perMinute
  }

  #leftAt(now: number): number {
    const gained = ((now - this.#asOf) / MINUTE_MS) * this.#perMinute
    return Math.min(this.#perMinute, this.#left + gained)
  }
}
