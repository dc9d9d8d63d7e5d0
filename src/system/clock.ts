/** How often the clock is read at least (ms). */
const HEARTBEAT_MS = 500
/** Not to have been read for so much longer means that the process stood still (ms). */
const STANDSTILL_MS = 2000

/**
 * A monotonic clock that stands still while the process does: for a machine that sleeps, or a container
 * that is paused, no time has passed (TIME7). It has to be read every half second.
 */
export class SteadyClock {
  readonly #read: () => number
  readonly #onStandstill: (ms: number) => void
  #lastRead: number
  #skipped = 0
  /** what it shows while it is held */
  #heldAt: number | undefined

  /** @param read a monotonic clock, ms; @param onStandstill told how much time was left out */
  constructor(read: () => number, onStandstill: (ms: number) => void) {
    this.#read = read
    this.#onStandstill = onStandstill
    this.#lastRead = read()
  }

  /** Monotonic, ms with fractions. */
  now(): number {
    const read = this.#read()
    const gap = read - this.#lastRead
    this.#lastRead = read
    if (gap > HEARTBEAT_MS + STANDSTILL_MS) {
      this.#skipped += gap - HEARTBEAT_MS
      this.#onStandstill(gap)
    }
    return this.#heldAt ?? read - this.#skipped
  }

  /** Lets it stand still until the function that comes back is called. One at a time. */
  hold(): () => void {
    this.#heldAt = this.now()
    return () => {
      const held = this.now()
      this.#heldAt = undefined
      this.#skipped = this.#lastRead - held
    }
  }

  /** ms since 1970. */
  wallTime(): number {
    return Date.now()
  }

  /** Reads the clock from now on; returns what ends that. */
  startHeartbeat(): () => void {
    return systemTimers.every(HEARTBEAT_MS, () => this.now())
  }
}

/** Timers of the event loop. */
export const systemTimers = {
  after: (delayMs: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  every: (intervalMs: number, run: () => void): (() => void) => {
    const timer = setInterval(run, intervalMs)
    return () => clearInterval(timer)
  },
  soon: (run: () => void): void => {
    setImmediate(run)
  },
}
