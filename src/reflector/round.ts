import type { Cancel, Timers } from './ports.ts'

/** What there was to do with one of them. */
export type Treated = 'nothing' | 'little' | 'much'

/** So many with little to do are treated in a turn of the event loop… */
const LITTLE_A_TURN = 16
/** …or so many with much to do, and then everybody else goes on for so long (ms). */
const MUCH_A_TURN = 2
const PAUSE_MS = 4

/** Goes round all of a set and does with each what there is to do, a few at a time: nobody else waits for it. */
export class Round<T> {
  readonly #timers: Pick<Timers, 'soon' | 'after'>
  readonly #treat: (each: T) => Treated
  /** to whom it has still to come */
  #rest: Iterator<T> | undefined
  #cancelPause: Cancel = () => {}

  constructor(timers: Pick<Timers, 'soon' | 'after'>, treat: (each: T) => Treated) {
    this.#timers = timers
    this.#treat = treat
  }

  /** Begins, unless it is still under way. */
  begin(all: ReadonlySet<T>): void {
    if (this.#rest) return
    this.#rest = all.values()
    this.#goOn()
  }

  /** Ends it where it is. */
  stop(): void {
    this.#rest = undefined
    this.#cancelPause()
  }

  #goOn(): void {
    const done = { nothing: 0, little: 0, much: 0 }
    while (done.little < LITTLE_A_TURN && done.much < MUCH_A_TURN) {
      const next = this.#rest?.next()
      if (!next || next.done) {
        this.#rest = undefined
        return
      }
      done[this.#treat(next.value)] += 1
    }
    if (done.much > 0) this.#cancelPause = this.#timers.after(PAUSE_MS, () => this.#goOn())
    else this.#timers.soon(() => this.#goOn())
  }
}
