import type { Timers } from './ports.ts'

/** So much of what is long is written in a turn of the event loop, so that nobody's tick is late (bytes). */
const BYTES_A_TURN = 400_000
/** What is shorter is written at once, whatever else there is: it is little more than the call to write it (bytes). */
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
  readonly #ready: WriteStream[] = []
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

  /** This stream's socket can take more: call when it begins, and each time its socket drained. */
  ready(stream: WriteStream): void {
    this.#ready.push(stream)
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
    // Whoever comes back for more in this turn waits for the next.
    let count = this.#ready.length
    for (; count > 0 && this.#left > 0; count -= 1) this.#ready.shift()?.writeSome()
    if (this.#ready.length > 0) this.#schedule()
  }
}
