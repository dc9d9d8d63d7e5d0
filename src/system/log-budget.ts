/** What the log takes of lines below `error`, for as long as they come (UTF-16 units a second). */
const UNITS_PER_SECOND = 200_000
/** What it takes at once: a school that comes in one minute fits, and so does a restart of a full box. */
const BURST_UNITS = 20_000_000
/** Lines that were left out are told of so often at most (ms). */
const TOLD_EVERY_MS = 10_000
/** Levels of lines that no client can cause. */
const ALWAYS_WRITTEN = /^\{"level":"(?:error|fatal)"/

/** Lines that were not written. */
export interface LeftOut {
  readonly lines: number
  /** UTF-16 units */
  readonly units: number
}

/** Bounds what clients can make the box write into its log (LOG4). */
export class LogBudget {
  readonly #now: () => number
  #room = BURST_UNITS
  #filledAt: number
  #toldAt = -Infinity
  #untold: LeftOut = { lines: 0, units: 0 }
  #lines = 0

  /** @param now monotonic, ms */
  constructor(now: () => number) {
    this.#now = now
    this.#filledAt = now()
  }

  /** How many lines were left out since the start. */
  get linesLeftOut(): number {
    return this.#lines
  }

  /** Whether a line of JSON may be written; if not, it is counted. */
  takes(line: string): boolean {
    if (ALWAYS_WRITTEN.test(line)) return true
    const now = this.#now()
    const earned = ((now - this.#filledAt) / 1000) * UNITS_PER_SECOND
    this.#room = Math.min(BURST_UNITS, this.#room + earned)
    this.#filledAt = now
    if (line.length <= this.#room) {
      this.#room -= line.length
      return true
    }
    this.#lines += 1
    const { lines, units } = this.#untold
    this.#untold = { lines: lines + 1, units: units + line.length }
    return false
  }

  /** What was left out and not told yet; undefined: nothing, or it was told of a moment ago. */
  takeNews(): LeftOut | undefined {
    if (this.#untold.lines === 0) return undefined
    const now = this.#now()
    if (now - this.#toldAt < TOLD_EVERY_MS) return undefined
    const news = this.#untold
    this.#untold = { lines: 0, units: 0 }
    this.#toldAt = now
    return news
  }
}
