import type { Timers } from './ports.ts'

/** So much of what is long is written in a turn of the event loop, so that nobody's tick is late (bytes). */
const BYTES_A_TURN = 160_000
/** What is shorter is written at once, whatever others have to write: it is little more than the call to write it (bytes). */
const LONG_BYTES = 16_000

/** A connection that has something long to write. */
export interface WriteStream {
  /** Writes some of it, if its socket is still there. */
  writeSome(): void
}

/**
 * Where connections wait that have much to write, until it is their turn: many who get a long SYNC, or many who
 * hear long messages. Between the turns the reflector does other work.
 */
export class WritePump {
  readonly #timers: Timers
  readonly #ready = new Set<WriteStream>()
  /** what may still be written in this turn (bytes) */
  #left = BYTES_A_TURN
  #scheduled = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /**
   * Whether so many bytes may be written now; then they count. If not, the connection has to wait for
   * its turn: {@link ready}.
   */
  allows(bytes: number): boolean {
    if (bytes < LONG_BYTES) return true
    if (this.#left <= 0) return false
    this.#left -= bytes
    this.#schedule()
    return true
  }

  /** This stream has something to write that its socket can take: call again whenever that is so. */
  ready(stream: WriteStream): void {
    this.#ready.add(stream)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#timers.soon(() => this.#turn())
  }

  #turn(): void {
    this.#scheduled = false
    this.#left = BYTES_A_TURN
    // Whoever comes back for more goes behind the others.
    for (const stream of this.#ready) {
      if (this.#left <= 0) break
      this.#ready.delete(stream)
      stream.writeSome()
    }
    if (this.#ready.size > 0) this.#schedule()
  }
}
