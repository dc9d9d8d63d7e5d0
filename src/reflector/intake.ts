/**
 * Why a connection is not read from. Each reason has one owner, and it is read again when none is left:
 * who resumes a socket cannot undo what another one holds.
 */
export const HOLD = {
  /** it sent more than it may (LIMIT1, LIMIT2) */
  rate: 1,
  /** nothing can be stored (STORE4) */
  store: 2,
  /** its session is being opened (JOIN10) */
  joining: 4,
  /** others who came before it are let in first */
  reception: 8,
  /** its session holds back as much as it may (LIMIT15) */
  session: 16,
  /** others have to be read first (LIMIT18) */
  turn: 32,
  /** a long frame of it waits until others were handled (LIMIT18) */
  long: 64,
} as const

export type Hold = (typeof HOLD)[keyof typeof HOLD]

/** A connection as far as it is read from. */
export interface Inlet {
  /** Leaves what comes from now on in the socket. */
  hold(reason: Hold): void
  /** The reason is gone. */
  release(reason: Hold): void
}

/** Back-pressure: connections that are not read from for one reason. */
export class Intake<C extends Inlet> {
  readonly #reason: Hold
  readonly #waiting = new Set<C>()

  constructor(reason: Hold) {
    this.#reason = reason
  }

  /** Reads no more from it until {@link release}. */
  hold(connection: C): void {
    this.#waiting.add(connection)
    connection.hold(this.#reason)
  }

  /** Whether it is held for this reason. */
  isHolding(connection: C): boolean {
    return this.#waiting.has(connection)
  }

  forget(connection: C): void {
    this.#waiting.delete(connection)
  }

  /** The reason is gone for this one, if it was held. */
  releaseOne(connection: C): void {
    if (this.#waiting.delete(connection)) connection.release(this.#reason)
  }

  /** The reason is gone for all. @param onReleased told of each */
  release(onReleased: (connection: C) => void = () => {}): void {
    for (const connection of this.#waiting) {
      connection.release(this.#reason)
      onReleased(connection)
    }
    this.#waiting.clear()
  }
}
