import type { Hold, Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/** What is handled in one turn of the event loop; of more bytes, one frame alone. */
export interface TurnBudget {
  readonly frames: number
  readonly bytes: number
}

export interface ReceptionParts<C> {
  readonly timers: Timers
  readonly handle: (connection: C, data: Buffer) => void
  /** for which a connection is not read while a frame of it waits */
  readonly reason: Hold
  readonly budget: TurnBudget
  /** Whether nothing is handled for now; then {@link Reception.goOn} is called when it is. */
  readonly isBlocked?: () => boolean
}

/**
 * Where frames wait so that those of others do not wait for all of them. Frames of one connection stay in
 * order. While one of them waits, no more is read from it.
 */
export class Reception<C extends Inlet> {
  readonly #parts: ReceptionParts<C>
  readonly #waiting = new Map<C, Buffer[]>()
  #framesLeft: number
  #bytesLeft: number
  #isScheduled = false

  constructor(parts: ReceptionParts<C>) {
    this.#parts = parts
    this.#framesLeft = parts.budget.frames
    this.#bytesLeft = parts.budget.bytes
  }

  /** Whether frames of this connection wait: what comes next has to wait, too. */
  isHolding(connection: C): boolean {
    return this.#waiting.has(connection)
  }

  /** Handles a frame, now or as soon as it is its turn. */
  take(connection: C, data: Buffer): void {
    if (this.#waiting.size === 0 && this.#mayHandle(data)) this.#handleNow(connection, data)
    else {
      const frames = this.#waiting.get(connection)
      if (frames) frames.push(data)
      else this.#waiting.set(connection, [data])
      connection.hold(this.#parts.reason)
    }
    this.#schedule()
  }

  /** Handles what waited because nothing was handled. */
  goOn(): void {
    if (this.#waiting.size > 0) this.#schedule()
  }

  forget(connection: C): void {
    this.#waiting.delete(connection)
  }

  #mayHandle(data: Buffer): boolean {
    if (this.#parts.isBlocked?.()) return false
    const isFirst = this.#framesLeft === this.#parts.budget.frames
    return isFirst || (this.#framesLeft > 0 && data.length <= this.#bytesLeft)
  }

  #handleNow(connection: C, data: Buffer): void {
    this.#framesLeft -= 1
    this.#bytesLeft -= data.length
    this.#parts.handle(connection, data)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#parts.timers.soon(() => {
      this.#isScheduled = false
      this.#framesLeft = this.#parts.budget.frames
      this.#bytesLeft = this.#parts.budget.bytes
      this.#turn()
    })
  }

  #turn(): void {
    for (const [connection, frames] of this.#waiting) {
      const count = this.#handleMost(connection, frames)
      if (count === 0) break
      if (!this.#waiting.delete(connection)) continue // it was closed meanwhile
      if (count < frames.length) {
        // Others have their turn before the rest of it.
        this.#waiting.set(connection, frames.slice(count))
        break
      }
      connection.release(this.#parts.reason)
    }
    if (this.#framesLeft < this.#parts.budget.frames) this.#schedule()
  }

  /** Handles frames of one connection until the turn is over; returns how many. */
  #handleMost(connection: C, frames: readonly Buffer[]): number {
    let count = 0
    for (const data of frames) {
      if (!this.#mayHandle(data)) break
      count += 1
      this.#handleNow(connection, data)
    }
    return count
  }
}
