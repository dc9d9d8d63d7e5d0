const MIN_SCALE = 1 / 64
const MAX_SCALE = 64

/**
 * A session's clock: whole milliseconds since it began, running at a scale of real time, never back
 * (TIME1, TIME2). `now` is monotonic real time in ms, with fractions.
 */
export class Teatime {
  /** when teatime would have been 0 at the present scale */
  #start: number
  #rawStart: number
  #scale: number
  #last: number

  /** @param time teatime at `now` */
  constructor(now: number, time: number, scale: number) {
    this.#scale = limited(scale)
    this.#start = now - time / this.#scale
    this.#rawStart = now
    this.#last = time
  }

  get scale(): number {
    return this.#scale
  }

  at(now: number): number {
    this.#last = Math.max(this.#last, Math.floor((now - this.#start) * this.#scale))
    return this.#last
  }

  /** Goes on from this time if it has not come so far: it stands still until it would have. */
  reach(time: number): void {
    this.#last = Math.max(this.#last, time)
  }

  /** Whole ms of real time since this run of the session began. */
  rawAt(now: number): number {
    return Math.max(0, Math.floor(now - this.#rawStart))
  }

  /** When teatime reaches `time` if the scale stays as it is. */
  when(time: number): number {
    return this.#start + time / this.#scale
  }

  /** Goes on from the present time at another scale, limited to 1/64…64. */
  setScale(scale: number, now: number): void {
    const elapsed = Math.max((now - this.#start) * this.#scale, this.#last)
    this.#scale = limited(scale)
    this.#start = now - elapsed / this.#scale
  }
}

function limited(scale: number): number {
  return Math.min(Math.max(scale, MIN_SCALE), MAX_SCALE)
}
