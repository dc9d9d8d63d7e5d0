import { HOLD, type Inlet, Intake } from './intake.ts'
import type { ReflectorLimits } from './limits.ts'

type Limits = Pick<ReflectorLimits, 'messagesPerSecond' | 'bytesPerSecond'>

/** So many seconds' worth may come at once. */
const BURST_SECONDS = 4
/** No limit, as a number that can be counted down from and stays small. */
const PLENTY = 2 ** 30

/** A connection as far as it is charged for what it sends. */
export interface Payer extends Inlet {
  /** what it may send until it is not read from; below 0: what it owes; Infinity: it is not limited */
  messagesLeft: number
  bytesLeft: number
}

/**
 * Limits how fast each connection can send. Nothing is dropped and nobody is closed: who sends more is not read from
 * until a second or two later, so that what is too much stays with who sends it. To close it would cost more:
 * it reconnects, gets a SYNC, and has a new burst.
 */
export class Throttle<P extends Payer> {
  readonly #messages: Rate
  readonly #bytes: Rate
  readonly #held = new Intake<P>(HOLD.rate)
  readonly #onHeld: (payer: P) => void

  /** @param onHeld told of each time that one is not read from any more */
  constructor({ messagesPerSecond, bytesPerSecond }: Limits, onHeld: (payer: P) => void) {
    this.#messages = rateOf(messagesPerSecond)
    this.#bytes = rateOf(bytesPerSecond)
    this.#onHeld = onHeld
  }

  /** Lets a new connection begin. */
  open(payer: P, isLimited: boolean): void {
    payer.messagesLeft = isLimited ? this.#messages.burst : Infinity
    payer.bytesLeft = isLimited ? this.#bytes.burst : Infinity
  }

  /** It sent this; once it owes something, it is not read from. */
  charge(payer: P, messages: number, bytes: number): void {
    payer.messagesLeft -= messages
    payer.bytesLeft -= bytes
    if (payer.messagesLeft < 0 || payer.bytesLeft < 0) this.#hold(payer)
  }

  /** A second has gone by. */
  refill(payer: P): void {
    if (payer.messagesLeft === Infinity) return
    payer.messagesLeft = Math.min(
      payer.messagesLeft + this.#messages.perSecond,
      this.#messages.burst,
    )
    payer.bytesLeft = Math.min(payer.bytesLeft + this.#bytes.perSecond, this.#bytes.burst)
    if (payer.messagesLeft >= 0 && payer.bytesLeft >= 0) this.#held.releaseOne(payer)
  }

  isHolding(payer: P): boolean {
    return this.#held.isHolding(payer)
  }

  forget(payer: P): void {
    this.#held.forget(payer)
  }

  #hold(payer: P): void {
    if (!this.#held.isHolding(payer)) this.#onHeld(payer)
    this.#held.hold(payer)
  }
}

interface Rate {
  readonly perSecond: number
  readonly burst: number
}

function rateOf(perSecond: number): Rate {
  const limited = Math.min(perSecond, PLENTY / BURST_SECONDS)
  return { perSecond: limited, burst: limited * BURST_SECONDS }
}
