import type { Cancel, Timers } from './ports.ts'

/** So many are let in during a turn of the event loop… */
const MOST_A_TURN = 4
/** …and one in so many ms while it is crowded. */
const CROWDED_MS = 8

/** Somebody who asks to be let in. */
export interface Arrival {
  /** the address, or network, from which it comes; undefined: it is not told apart from others */
  readonly account: string | undefined
  /** Lets it in, or refuses it. @returns false if it has gone, and there was nothing to do */
  enter(): boolean
  /** It will not be let in. */
  giveUp(): void
}

/**
 * Where those wait who come at the same time as many others. To make a web socket is as much work as to reflect
 * dozens of messages, and whoever is in must not wait for a crowd. Each address has its turn after the other, so
 * that one from which many come keeps nobody else out.
 */
export class Arrivals {
  readonly #timers: Timers
  readonly #isCrowded: () => boolean
  /** who waits longest comes first, of the accounts and of each */
  readonly #waiting = new Map<string | undefined, Arrival[]>()
  #left = MOST_A_TURN
  #isScheduled = false
  #cancelTimer: Cancel = () => {}
  #isClosed = false

  /** @param isCrowded whether those who come are better let in slowly */
  constructor(timers: Timers, isCrowded: () => boolean) {
    this.#timers = timers
    this.#isCrowded = isCrowded
  }

  /** How many wait that came from there. */
  waitingOf(account: string | undefined): number {
    return this.#waiting.get(account)?.length ?? 0
  }

  /** Lets it in, now or as soon as it is its turn. */
  come(arrival: Arrival): void {
    if (this.#isClosed) {
      arrival.giveUp()
      return
    }
    if (this.#left > 0 && this.#waiting.size === 0) this.#letIn(arrival)
    else {
      const others = this.#waiting.get(arrival.account)
      if (others) others.push(arrival)
      else this.#waiting.set(arrival.account, [arrival])
    }
    this.#schedule()
  }

  /** Gives up on those who wait, and on all who come. */
  close(): void {
    this.#isClosed = true
    this.#cancelTimer()
    for (const arrivals of this.#waiting.values()) for (const arrival of arrivals) arrival.giveUp()
    this.#waiting.clear()
  }

  #letIn(arrival: Arrival): void {
    if (arrival.enter()) this.#left -= 1
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    const run = () => {
      this.#isScheduled = false
      this.#turn()
    }
    if (this.#isCrowded()) this.#cancelTimer = this.#timers.after(CROWDED_MS, run)
    else this.#timers.soon(run)
  }

  #turn(): void {
    this.#left = this.#isCrowded() ? 1 : MOST_A_TURN
    if (this.#waiting.size === 0) return
    while (this.#left > 0) {
      const next = this.#takeNext()
      if (!next) break
      this.#letIn(next)
    }
    this.#schedule()
  }

  #takeNext(): Arrival | undefined {
    for (const [account, arrivals] of this.#waiting) {
      const next = arrivals.shift()
      this.#waiting.delete(account)
      if (arrivals.length > 0) this.#waiting.set(account, arrivals)
      return next
    }
    return undefined
  }
}
