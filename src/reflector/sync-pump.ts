import type { Timers } from './ports.ts'

/** At most this many blocks (of up to 1 MB) are written in one turn, so that nobody's tick is late. */
const BLOCKS_PER_TURN = 2

/** A long SYNC on its way to one joiner. */
export interface SyncStream {
  /** Writes the next block, if its socket is still there. */
  writeBlock(): void
}

/** Lets many joiners get long SYNCs at once, in turn, between which the reflector does other work. */
export class SyncPump {
  readonly #timers: Timers
  readonly #ready: SyncStream[] = []
  #scheduled = false

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** This stream's socket can take a block: call when it starts, and each time its socket drained. */
  ready(stream: SyncStream): void {
    this.#ready.push(stream)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#ready.length === 0) return
    this.#scheduled = true
    this.#timers.soon(() => this.#turn())
  }

  #turn(): void {
    this.#scheduled = false
    for (const stream of this.#ready.splice(0, BLOCKS_PER_TURN)) stream.writeBlock()
    this.#schedule()
  }
}
