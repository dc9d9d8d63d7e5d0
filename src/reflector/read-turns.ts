import { HOLD, type Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/**
 * How much is read in one turn of the event loop before those who send much have to wait for the next
 * (bytes): 20 ms of work, so that ticks of others are on time whatever hundreds of senders send.
 */
const BYTES_A_TURN = 2_000_000
/** A frame takes as long to handle as so many bytes more. */
const FRAME_COST_BYTES = 1000
/** A piece that takes no longer than this is a few messages (bytes). */
const SMALL_BYTES = 50_000
/** So many frames of what a socket brings at once are handled in any turn: those who send little never wait. */
const FEW_FRAMES = 16

/**
 * Shares out what is read in a turn of the event loop (LIMIT18). The system hands over 2 MB of one socket
 * before it goes on to the next, so that a few hundred which always have something would hold up a turn for
 * seconds. Once enough was read in a turn, each sender of large pieces waits until others had theirs.
 */
export class ReadTurns<C extends Inlet> {
  readonly #timers: Timers
  /** what each brought last, in the order in which they are read again */
  readonly #waiting = new Map<C, number>()
  #left = BYTES_A_TURN
  #isScheduled = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /**
   * Whether a frame is handled in this turn, which takes of its time. A crowd that was calm until now can
   * bring tens of thousands of frames in one turn, before anybody knows that it had to wait.
   * @param index of the frame in what its socket brought at once, from 1
   */
  hasTimeFor(index: number): boolean {
    this.#spend(FRAME_COST_BYTES)
    return this.#left >= 0 || index <= FEW_FRAMES
  }

  /** So much came from a socket at once, with the ends of so many frames. */
  took(connection: C, bytes: number, frames: number): void {
    this.#spend(bytes)
    const cost = bytes + frames * FRAME_COST_BYTES
    if (cost <= SMALL_BYTES) return
    if (this.#left < 0) {
      this.#waiting.set(connection, cost)
      connection.hold(HOLD.turn)
    }
  }

  forget(connection: C): void {
    this.#waiting.delete(connection)
  }

  /** A turn that spends little does not end by a call of its own: what it spent counts for the next. */
  #spend(bytes: number): void {
    this.#left -= bytes
    if (this.#left < BYTES_A_TURN / 2) this.#schedule()
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

  /** Lets as many be read as will bring enough for a turn, if they bring as much as the last time. */
  #next(): void {
    let expected = 0
    for (const [connection, cost] of this.#waiting) {
      if (expected > 0 && expected + cost > BYTES_A_TURN) break
      expected += cost
      this.#waiting.delete(connection)
      connection.release(HOLD.turn)
    }
    if (this.#waiting.size > 0) this.#schedule()
  }
}
