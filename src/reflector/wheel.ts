import type { Cancel, Clock, Timers } from './ports.ts'

/** The longest delay that timers take (ms); they are set again after it. */
const MAX_DELAY_MS = 2 ** 31 - 1

/** Something that wants to be woken at a time it may move. */
export interface Sleeper {
  /** monotonic ms; Infinity for never */
  readonly nextDue: number
  wake(now: number): void
}

/**
 * Wakes many sleepers with one timer. A sleeper whose due time moves later needs no call: it is
 * looked at when its old time comes.
 */
export class Wheel {
  readonly #clock: Clock
  readonly #timers: Timers
  /** sleepers by whole ms; a slot is never later than its sleepers' due time was when they came */
  readonly #slots = new Map<number, Set<Sleeper>>()
  readonly #slotOf = new Map<Sleeper, number>()
  #timerSlot = Infinity
  #cancelTimer: Cancel = () => {}
  #lateness = 0

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
  }

  /** By how much (ms) somebody was woken too late at most since this was last asked. */
  takeLateness(): number {
    const lateness = this.#lateness
    this.#lateness = 0
    return lateness
  }

  /** Takes note of a sleeper's due time. */
  schedule(sleeper: Sleeper): void {
    const slot = Math.ceil(sleeper.nextDue)
    const present = this.#slotOf.get(sleeper) ?? Infinity
    if (present <= slot) return
    this.remove(sleeper)
    this.#slotOf.set(sleeper, slot)
    const others = this.#slots.get(slot)
    if (others) others.add(sleeper)
    else this.#slots.set(slot, new Set([sleeper]))
    if (slot < this.#timerSlot) this.#setTimer(slot)
  }

  remove(sleeper: Sleeper): void {
    const slot = this.#slotOf.get(sleeper)
    if (slot === undefined) return
    this.#slotOf.delete(sleeper)
    const others = this.#slots.get(slot)
    others?.delete(sleeper)
    if (others?.size === 0) this.#slots.delete(slot)
  }

  close(): void {
    this.#cancelTimer()
    this.#slots.clear()
    this.#slotOf.clear()
  }

  #setTimer(slot: number): void {
    this.#cancelTimer()
    this.#timerSlot = slot
    if (slot === Infinity) return
    const delay = Math.min(Math.max(0, Math.ceil(slot - this.#clock.now())), MAX_DELAY_MS)
    this.#cancelTimer = this.#timers.after(delay, () => this.#fire())
  }

  #fire(): void {
    const now = this.#clock.now()
    this.#lateness = Math.max(this.#lateness, now - this.#timerSlot)
    this.#timerSlot = Infinity
    for (const [slot, sleepers] of this.#slots) {
      if (slot > now) continue
      this.#slots.delete(slot)
      for (const sleeper of sleepers) this.#slotOf.delete(sleeper)
      for (const sleeper of sleepers) {
        if (sleeper.nextDue <= now) sleeper.wake(now)
        this.schedule(sleeper)
      }
    }
    this.#setTimer(Math.min(this.#timerSlot, ...this.#slots.keys()))
  }
}
