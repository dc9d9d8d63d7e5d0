import type { Clock, Log } from './ports.ts'

const DAY_MS = 86_400_000

/** Warns once a day of something that ends soon, or has ended. */
export class EndWarning {
  readonly #clock: Clock
  readonly #log: Log
  readonly #days: number
  #warnedAt = -Infinity

  /** @param days from how many before the end on */
  constructor(clock: Clock, log: Log, days: number) {
    this.#clock = clock
    this.#log = log
    this.#days = days
  }

  /** To be called every now and then. @param text what ends, and what to do */
  look(event: string, notAfter: Date, text: string): void {
    const now = this.#clock.wallTime()
    const left = notAfter.getTime() - now
    // The clock may have been set back.
    if (left > this.#days * DAY_MS || Math.abs(now - this.#warnedAt) < DAY_MS) return
    this.#warnedAt = now
    const fields = { scope: 'process', event, notAfter, days: Math.floor(left / DAY_MS) }
    this.#log.warn(fields, text)
  }
}
