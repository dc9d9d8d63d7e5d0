import { HOLD, type Inlet } from './intake.ts'
import type { Timers } from './ports.ts'

/**
 * How much is read in one turn of the event loop before those who send much have to wait for the next
 * (bytes): 20 ms of work, so that ticks of others are on time whatever hundreds of senders send.
 */
const BYTES_A_TURN = 2_000_000
/** A frame takes as long to handle as so many bytes more. */
const FRAME_COST_BYTES = 1000
/** Those whose sockets brought less than this have their next piece read as soon as it comes (bytes). */
const SMALL_BYTES = 50_000
/**
 * A longer piece is read in portions (bytes): it may hold ten thousand pings. The first portion is read in any
 * turn, so that those who send little never wait.
 */
const PORTION_BYTES = 2000
/** While frames are long, each portion is so many times the one before. */
const GROWTH = 4

/** A connection as far as its socket is read. */
export interface Reader extends Inlet {
  /** bits of `HOLD` */
  readonly holds: number
  /** what its socket brought and nobody has read yet */
  rest: Buffer | undefined
  /** Has the frames in it handled; returns how many ended there. */
  parse(bytes: Buffer): number
}

/**
 * Shares out what is read in a turn of the event loop (LIMIT18). The system hands over megabytes of one socket
 * before it goes on to the next, and of a crowd all sockets in one turn, so that a few hundred which always
 * have something would hold up a turn for seconds.
 */
export class ReadTurns<C extends Reader> {
  readonly #timers: Timers
  /** those that wait for a turn, in order, and what the next piece of each will cost */
  readonly #waiting = new Map<C, number>()
  #left = BYTES_A_TURN
  #isScheduled = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Its socket brought this. */
  take(connection: C, piece: Buffer): void {
    if (connection.rest) connection.rest = Buffer.concat([connection.rest, piece])
    else this.#read(connection, piece)
  }

  /** Nothing else holds it any more: what was not read of it is read as soon as it is its turn. */
  goOn(connection: C): void {
    this.#wait(connection, connection.rest?.length ?? 0)
    this.#schedule()
  }

  forget(connection: C): void {
    connection.rest = undefined
    this.#waiting.delete(connection)
  }

  /** Reads it in portions until the turn is over, or the connection is held. */
  #read(connection: C, piece: Buffer): void {
    const before = this.#left
    let size = PORTION_BYTES
    let start = 0
    do {
      const portion = piece.subarray(start, start + size)
      const frames = connection.parse(portion)
      this.#spend(portion.length + frames * FRAME_COST_BYTES)
      start += portion.length
      size = frames === 0 ? size * GROWTH : PORTION_BYTES
    } while (start < piece.length && this.#left > 0 && !isHeldByOthers(connection))
    const isWhole = start >= piece.length
    connection.rest = isWhole ? undefined : piece.subarray(start)
    const cost = before - this.#left
    const isOver = this.#left <= 0
    if (isOver && (!isWhole || cost > SMALL_BYTES)) this.#wait(connection, cost)
  }

  #wait(connection: C, cost: number): void {
    this.#waiting.set(connection, cost)
    connection.hold(HOLD.turn)
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

  /** Reads what waits, and lets as many sockets be read as will bring enough, if they bring as much as the last time. */
  #next(): void {
    let expected = 0
    for (const [connection, cost] of this.#waiting) {
      if (this.#left <= expected) break
      this.#waiting.delete(connection)
      const { rest } = connection
      if (!rest) expected += cost
      else if (!isHeldByOthers(connection)) this.#read(connection, rest)
      if (!this.#waiting.has(connection)) connection.release(HOLD.turn)
    }
    if (this.#waiting.size > 0) this.#schedule()
  }
}

function isHeldByOthers({ holds }: Reader): boolean {
  return (holds & ~HOLD.turn) !== 0
}
