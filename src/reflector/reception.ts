import type { Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/** Of those who are not in a session, so many frames are handled in a turn of the event loop. */
const FRAMES_A_TURN = 16
/** A connection of which so many wait is not read from until they are handled. */
const MOST_WAITING = 100

/**
 * Where frames wait of those who are not in a session yet. To let somebody in is a hundred times the work of
 * a message, and a crowd that comes at once must not keep those waiting who are in. Frames of one connection
 * stay in order.
 */
export class Reception<C extends Inlet> {
  readonly #timers: Timers
  readonly #handle: (connection: C, data: Buffer) => void
  #waiting: Array<{ readonly connection: C; readonly data: Buffer }> = []
  /** frames that each of them has there */
  readonly #counts = new Map<C, number>()
  #left = FRAMES_A_TURN
  #isScheduled = false

  constructor(timers: Timers, handle: (connection: C, data: Buffer) => void) {
    this.#timers = timers
    this.#handle = handle
  }

  /** Whether frames of this connection wait: what comes next has to wait, too. */
  isHolding(connection: C): boolean {
    return this.#counts.has(connection)
  }

  /** Handles a frame, now or as soon as it is its turn. */
  take(connection: C, data: Buffer): void {
    if (this.#left > 0 && this.#waiting.length === 0) this.#handleNow(connection, data)
    else {
      const count = (this.#counts.get(connection) ?? 0) + 1
      this.#counts.set(connection, count)
      this.#waiting.push({ connection, data })
      if (count >= MOST_WAITING) connection.pause()
    }
    this.#schedule()
  }

  forget(connection: C): void {
    if (!this.#counts.delete(connection)) return
    this.#waiting = this.#waiting.filter((frame) => frame.connection !== connection)
  }

  #handleNow(connection: C, data: Buffer): void {
    this.#left -= 1
    this.#handle(connection, data)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#timers.soon(() => {
      this.#isScheduled = false
      this.#left = FRAMES_A_TURN
      this.#turn()
    })
  }

  #turn(): void {
    const next = this.#waiting.splice(0, FRAMES_A_TURN)
    for (const { connection, data } of next) {
      if (!this.#counts.has(connection)) continue
      this.#leave(connection)
      this.#handleNow(connection, data)
    }
    if (next.length > 0) this.#schedule()
  }

  #leave(connection: C): void {
    const left = (this.#counts.get(connection) ?? 0) - 1
    if (left > 0) this.#counts.set(connection, left)
    else {
      this.#counts.delete(connection)
      connection.resume()
    }
  }
}
