import type { Clock, Timers } from '../../src/reflector/ports.ts'

interface Timer {
  due: number
  readonly every: number | undefined
  readonly run: () => void
}

/** A clock and timers that move only when told to. */
export class ManualClock implements Clock, Timers {
  #now = 0
  #heldAt: number | undefined
  /** how long it was held in all */
  #held = 0
  readonly #timers = new Set<Timer>()
  readonly #soon: Array<() => void> = []

  now(): number {
    return this.#heldAt ?? this.#now - this.#held
  }

  /** How far it was moved on, held or not. */
  get elapsed(): number {
    return this.#now
  }

  hold(): () => void {
    const at = this.now()
    this.#heldAt = at
    return () => {
      this.#heldAt = undefined
      this.#held = this.#now - at
    }
  }

  wallTime(): number {
    return 1_700_000_000_000 + this.#now
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#add({ due: this.#now + delayMs, every: undefined, run })
  }

  every(intervalMs: number, run: () => void): () => void {
    return this.#add({ due: this.#now + intervalMs, every: intervalMs, run })
  }

  soon(run: () => void): void {
    this.#soon.push(run)
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#timers.size
  }

  /** Ends the turn: does what was put off until then; true if there was anything. */
  endTurn(): boolean {
    const runs = this.#soon.splice(0)
    for (const run of runs) run()
    return runs.length > 0
  }

  advanceTo(now: number): void {
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.due - b.due)
      if (!next || next.due > now) break
      this.#now = Math.max(this.#now, next.due)
      if (next.every === undefined) this.#timers.delete(next)
      else next.due += next.every
      next.run()
    }
    this.#now = now
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}
