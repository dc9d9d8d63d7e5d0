import { HOLD, type Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/**
 * How much is read in one turn of the event loop before those who send much have to wait for the next
 * (bytes): 20 ms of work, so that ticks of others are on time whatever hundreds of senders send.
 */
const BYTES_A_TURN = 2_000_000
/** A piece of this size is one of many; a smaller one is a few messages (bytes). */
const LARGE_BYTES = 16_384
/** So many of those who wait are read in a turn: each brings 64 KB at a time. */
const READ_A_TURN = 32

/**
 * Shares out what is read in a turn of the event loop (LIMIT18). The system hands over 2 MB of one socket
 * before it goes on to the next, so that a few hundred which always have something would hold up a turn for
 * seconds. Once enough was read in a turn, each sender of large pieces waits until others had theirs.
 */
export class ReadTurns<C extends Inlet> {
  readonly #timers: Timers
  readonly #waiting = new Set<C>()
  #left = BYTES_A_TURN
  #isScheduled = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** So much came from a socket at once, and was handled. */
  took(connection: C, bytes: number): void {
    if (bytes < LARGE_BYTES) return
    this.#left -= bytes
    if (this.#left < 0) {
      this.#waiting.add(connection)
      connection.hold(HOLD.turn)
    }
    this.#schedule()
  }

  forget(connection: C): void {
    this.#waiting.delete(connection)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#timers.soon(() => {
      this.#isScheduled = false
      this.#left = BYTES_A_TURN
      this.#next()
    })
  }

  #next(): void {
    let read = 0
    for (const connection of this.#waiting) {
      if (read === READ_A_TURN) break
      read += 1
      this.#waiting.delete(connection)
      connection.release(HOLD.turn)
    }
    if (this.#waiting.size > 0) this.#schedule()
  }
}
