/** The machine's clocks. */
export const systemClock = {
  /** monotonic, ms with fractions */
  now: (): number => performance.now(),
  /** ms since 1970 */
  wallTime: (): number => Date.now(),
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
