/** Ticks every 1/60 s at most, every 30 s at least (ms). */
const MIN_TICK_MS = 1000 / 60
const MAX_TICK_MS = 30_000
/** Beats start on a multiple of this (ms), so that many sessions tick in one burst of writes. */
const PHASE_MS = 10

/** When a session's next tick is due: fixed due times that do not drift (TICK3). */
export class TickBeat {
  #interval: number
  #nextDue = Infinity
  /** teatime of the last tick; before the first one no message is held back */
  lastTick = -1000

  constructor(interval: number) {
    this.#interval = limited(interval)
  }

  get interval(): number {
    return this.#interval
  }

  get nextDue(): number {
    return this.#nextDue
  }

  isDue(now: number): boolean {
    return this.#nextDue <= now
  }

  setInterval(interval: number): void {
    this.#interval = limited(interval)
  }

  /** Starts the beat unless it runs. */
  start(now: number): void {
    if (this.#nextDue === Infinity) this.restart(now)
  }

  /** The next tick comes a whole interval from now. */
  restart(now: number): void {
    this.#nextDue = Math.ceil((now + this.#interval) / PHASE_MS) * PHASE_MS
  }

  /** Sets the due time after this tick; one that was missed altogether is left out. */
  next(now: number): void {
    const missed = Math.floor((now - this.#nextDue) / this.#interval)
    this.#nextDue += this.#interval * (1 + missed)
  }

  stop(): void {
    this.#nextDue = Infinity
  }
}

function limited(interval: number): number {
  return Math.min(Math.max(interval, MIN_TICK_MS), MAX_TICK_MS)
}
