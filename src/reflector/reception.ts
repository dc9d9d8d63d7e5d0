import type { Hold, Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/** So many frames that wait are handled in a turn of the event loop… */
const FRAMES_A_TURN = 16
/** …of so many bytes; a longer one has a turn of its own. */
const BYTES_A_TURN = 250_000

export interface ReceptionParts<C> {
  readonly timers: Timers
  readonly handle: (connection: C, data: Buffer) => void
  /** for which a connection is not read while a frame of it waits */
  readonly reason: Hold
  /** Whether nothing is handled for now; then {@link Reception.goOn} is called when it is. */
  readonly isBlocked?: () => boolean
}

/**
 * Where frames wait that take long to handle, so that those of others do not wait for all of them: frames of
 * those who are not in a session yet, since to let somebody in is a hundred times the work of a message, and
 * frames that are long. Frames of one connection stay in order; while one of them waits, no more is read
 * from it.
 */
export class Reception<C extends Inlet> {
  readonly #parts: ReceptionParts<C>
  #waiting: Array<{ readonly connection: C; readonly data: Buffer }> = []
  /** frames that each of them has there */
  readonly #counts = new Map<C, number>()
  #left = FRAMES_A_TURN
  #bytesLeft = BYTES_A_TURN
  #isScheduled = false

  constructor(parts: ReceptionParts<C>) {
    this.#parts = parts
  }

  /** Whether frames of this connection wait: what comes next has to wait, too. */
  isHolding(connection: C): boolean {
    return this.#counts.has(connection)
  }

  /** Handles a frame, now or as soon as it is its turn. */
  take(connection: C, data: Buffer): void {
    if (this.#mayHandle(data) && this.#waiting.length === 0) this.#handleNow(connection, data)
    else {
      const count = (this.#counts.get(connection) ?? 0) + 1
      this.#counts.set(connection, count)
      this.#waiting.push({ connection, data })
      connection.hold(this.#parts.reason)
    }
    this.#schedule()
  }

  /** Handles what waited because nothing was handled. */
  goOn(): void {
    if (this.#waiting.length > 0) this.#schedule()
  }

  forget(connection: C): void {
    if (!this.#counts.delete(connection)) return
    this.#waiting = this.#waiting.filter((frame) => frame.connection !== connection)
  }

  #mayHandle(data: Buffer): boolean {
    if (this.#parts.isBlocked?.()) return false
    const isFirst = this.#left === FRAMES_A_TURN
    return isFirst || (this.#left > 0 && data.length <= this.#bytesLeft)
  }

  #handleNow(connection: C, data: Buffer): void {
    this.#left -= 1
    this.#bytesLeft -= data.length
    this.#parts.handle(connection, data)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#parts.timers.soon(() => {
      this.#isScheduled = false
      this.#left = FRAMES_A_TURN
      this.#bytesLeft = BYTES_A_TURN
      this.#turn()
    })
  }

  #turn(): void {
    for (let next = this.#waiting[0]; next && this.#mayHandle(next.data); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#leave(next.connection)
      this.#handleNow(next.connection, next.data)
    }
    if (this.#left < FRAMES_A_TURN) this.#schedule()
  }

  #leave(connection: C): void {
    const left = (this.#counts.get(connection) ?? 0) - 1
    if (left > 0) this.#counts.set(connection, left)
    else {
      this.#counts.delete(connection)
      connection.release(this.#parts.reason)
    }
  }
}
