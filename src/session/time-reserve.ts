/** Teatime is stored so far ahead at most (ms of real time), so that ticks seldom need a commit (TIME6)… */
const MOST_AHEAD_MS = 5000
/** …up to a multiple of this (ms), so that sessions that tick together renew it together. */
const STEP_MS = 1000
/** It is stored anew this long (ms of real time) before the next tick needs it, so that no tick waits for that. */
const LEFT_MS = 500

/**
 * Teatime that is stored ahead of what members have reached: a restored session goes on there. All teatimes are in
 * ms, `now` and `interval` are real time in ms.
 */
export class TimeReserve {
  #until = 0

  /** The teatime that is stored, or goes with the next commit: none after it was ever sent. */
  get until(): number {
    return this.#until
  }

  /** Whether members would be told a later time than is stored. */
  isUsedUp(reached: number): boolean {
    return this.#until < reached
  }

  /** Whether the next tick may find too little. */
  isShort(reached: number, interval: number, scale: number): boolean {
    return this.#until - reached < (interval + LEFT_MS) * scale
  }

  /** @returns whether it is later than before */
  renew(now: number, reached: number, scale: number): boolean {
    const ahead = Math.floor((now + MOST_AHEAD_MS) / STEP_MS) * STEP_MS - now
    const until = reached + Math.ceil(ahead * scale)
    if (until <= this.#until) return false
    this.#until = until
    return true
  }

  /** Gives up what is ahead of this teatime. */
  giveUp(time: number): void {
    this.#until = time
  }
}
