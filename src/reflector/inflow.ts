import type { Connection } from './connection.ts'
import { HOLD } from './intake.ts'
import type { Timers } from './ports.ts'
import { ReadTurns } from './read-turns.ts'
import { Reception } from './reception.ts'

/** A longer frame waits for its turn: it takes as long to handle as hundreds of others (bytes, LIMIT18). */
const LONG_FRAME_BYTES = 64_000
/** To let somebody in, or to handle a long frame, is a hundred times the work of a message. */
const HEAVY_TURN = { frames: 16, bytes: 250_000 }
/** 4 ms of work. */
const LIGHT_TURN = { frames: 500, bytes: 500_000 }

export interface InflowParts {
  readonly timers: Timers
  readonly handle: (connection: Connection, data: Buffer) => void
  /** Whether so much waits to be committed that frames that wait are better left for later. */
  readonly isPressed: () => boolean
}

/**
 * When frames are handled: most at once. Those of newcomers, long ones, and what is too much for one turn of
 * the event loop have turns of their own, so that what one sends does not make the ticks of others late.
 */
export class Inflow {
  readonly #handle: InflowParts['handle']
  readonly #newcomers: Reception<Connection>
  readonly #longFrames: Reception<Connection>
  readonly #surplus: Reception<Connection>
  readonly #turns: ReadTurns<Connection>

  constructor({ timers, handle, isPressed: isBlocked }: InflowParts) {
    this.#handle = handle
    const heavy = { timers, handle, budget: HEAVY_TURN }
    this.#newcomers = new Reception({ ...heavy, reason: HOLD.reception })
    this.#longFrames = new Reception({ ...heavy, reason: HOLD.long, isBlocked })
    const light = { timers, handle, budget: LIGHT_TURN }
    this.#surplus = new Reception({ ...light, reason: HOLD.surplus, isBlocked })
    this.#turns = new ReadTurns(timers)
  }

  /** Takes a frame, after all those of this connection that wait. */
  take(connection: Connection, data: Buffer): void {
    if (connection.stage.tag === 'connected' || this.#newcomers.isHolding(connection)) {
      this.#newcomers.take(connection, data)
    } else if (this.#surplus.isHolding(connection)) this.#surplus.take(connection, data)
    else if (data.length > LONG_FRAME_BYTES || this.#longFrames.isHolding(connection)) {
      this.#longFrames.take(connection, data)
    } else if (this.#turns.hasTimeFor(connection.framesOfPiece)) this.#handle(connection, data)
    else this.#surplus.take(connection, data)
  }

  /** So much came from a socket at once, with the ends of so many frames. */
  read(connection: Connection, bytes: number, frames: number): void {
    this.#turns.took(connection, bytes, frames)
  }

  /** It is pressed no longer. */
  goOn(): void {
    this.#longFrames.goOn()
    this.#surplus.goOn()
  }

  forget(connection: Connection): void {
    this.#turns.forget(connection)
    this.#newcomers.forget(connection)
    this.#longFrames.forget(connection)
    this.#surplus.forget(connection)
  }
}
