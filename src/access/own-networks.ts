import { Networks } from './networks.ts'
import type { Clock } from './ports.ts'

/** Networks come and go while the box runs. Whoever asks makes the box look no more often than this (ms). */
const LOOK_EVERY_MS = 5000

/** The networks that the machine of the box is in, as they are now. */
export class OwnNetworks {
  readonly #read: () => readonly string[]
  readonly #clock: Pick<Clock, 'now'>
  #networks = new Networks([])
  #readAt = Number.NEGATIVE_INFINITY

  /** @param read gives the networks as `parseNetworks` takes them */
  constructor(read: () => readonly string[], clock: Pick<Clock, 'now'>) {
    this.#read = read
    this.#clock = clock
  }

  includes(address: string): boolean {
    const now = this.#clock.now()
    if (now - this.#readAt >= LOOK_EVERY_MS) {
      this.#readAt = now
      this.#networks = new Networks(this.#read())
    }
    return this.#networks.includes(address)
  }
}
