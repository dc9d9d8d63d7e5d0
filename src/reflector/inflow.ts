import type { Connection } from './connection.ts'
import { HOLD } from './intake.ts'
import type { Timers } from './ports.ts'
import { ReadTurns } from './read-turns.ts'
import { Reception } from './reception.ts'

/** A longer frame waits for its turn: it takes as long to handle as hundreds of others (bytes, LIMIT18). */
const LONG_FRAME_BYTES = 64_000
/** To let somebody in, or to handle a long frame, is a hundred times the work of a message. */
const HEAVY_TURN = { frames: 16, bytes: 250_000 }

export interface InflowParts {
  readonly timers: Timers
  readonly handle: (connection: Connection, data: Buffer) => void
  /** Whether so much waits to be committed that long frames are better left for later. */
  readonly isPressed: () => boolean
}

/**
 * When sockets are read, and frames handled: most at once, those of newcomers and long ones in turns of their
 * own, so that what one sends does not make the ticks of others late.
 */
export class Inflow {
  readonly #handle: InflowParts['handle']
  readonly #newcomers: Reception<Connection>
  readonly #longFrames: Reception<Connection>
  readonly #turns: ReadTurns<Connection>

  constructor({ timers, handle, isPressed: isBlocked }: InflowParts) {
    this.#handle = handle
    const parts = { timers, handle, budget: HEAVY_TURN }
    this.#newcomers = new Reception({ ...parts, reason: HOLD.reception })
    this.#longFrames = new Reception({ ...parts, reason: HOLD.long, isBlocked })
    this.#turns = new ReadTurns(timers)
  }

  /** A socket brought this: its frames are taken as soon as it is its turn. */
  read(connection: Connection, piece: Buffer): void {
    this.#turns.take(connection, piece)
  }

  /** Nothing holds it any more, and not all was read of what its socket brought. */
  readOn(connection: Connection): void {
    this.#turns.goOn(connection)
  }

  /** Takes a frame, after all those of this connection that wait. */
  take(connection: Connection, data: Buffer): void {
    if (connection.stage.tag === 'connected' || this.#newcomers.isHolding(connection)) {
      this.#newcomers.take(connection, data)
    } else if (data.length > LONG_FRAME_BYTES || this.#longFrames.isHolding(connection)) {
      this.#longFrames.take(connection, data)
    } else this.#handle(connection, data)
  }

  /** It is pressed no longer. */
  goOn(): void {
    this.#longFrames.goOn()
  }

  forget(connection: Connection): void {
    this.#turns.forget(connection)
    this.#newcomers.forget(connection)
    this.#longFrames.forget(connection)
  }
}
