/** A connection as far as it is read from. */
export interface Inlet {
  /** Leaves what comes from now on in the socket. */
  pause(): void
  resume(): void
}

/** Back-pressure: connections that are not read from for now. */
export class Intake<C extends Inlet> {
  readonly #waiting = new Set<C>()

  /** Reads no more from it until {@link release}. */
  hold(connection: C): void {
    this.#waiting.add(connection)
    connection.pause()
  }

  /** Whether it is not read from: silence is no wonder then. */
  isHolding(connection: C): boolean {
    return this.#waiting.has(connection)
  }

  forget(connection: C): void {
    this.#waiting.delete(connection)
  }

  /** Reads from it again, if it was held. */
  releaseOne(connection: C): void {
    if (this.#waiting.delete(connection)) connection.resume()
  }

  /** Reads from all again. @param onResumed told of each */
  release(onResumed: (connection: C) => void): void {
    for (const connection of this.#waiting) {
      connection.resume()
      onResumed(connection)
    }
    this.#waiting.clear()
  }
}
