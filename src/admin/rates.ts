import type { SessionFacts } from './ports.ts'

/** What is asked for again sooner gets the rate of before (ms). */
const LEAST_SPAN_MS = 900

export interface Rates {
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
}

interface Sample {
  /** ms since 1970 */
  readonly at: number
  readonly reflected: SessionFacts['reflected']
  readonly rates: Rates
}

/**
 * Tells how much goes on in sessions, from what they count anyway: only those cost anything that
 * somebody looks at.
 */
export class RateMeter {
  readonly #wallTime: () => number
  readonly #samples = new Map<string, Sample>()

  constructor(wallTime: () => number) {
    this.#wallTime = wallTime
  }

  /** Since this was last asked for the session, or since it was opened. */
  ratesOf({ id, reflected, startedAt }: SessionFacts): Rates {
    const at = this.#wallTime()
    const last = this.#samples.get(id)
    if (last && at - last.at < LEAST_SPAN_MS) return last.rates
    const from = last ?? { at: startedAt, reflected: { messages: 0, bytes: 0 } }
    const seconds = Math.max(at - from.at, LEAST_SPAN_MS) / 1000
    const rates = {
      messagesPerSecond: rounded((reflected.messages - from.reflected.messages) / seconds),
      bytesPerSecond: rounded((reflected.bytes - from.reflected.bytes) / seconds),
    }
    this.#samples.set(id, { at, reflected: { ...reflected }, rates })
    return rates
  }

  /** The session does not run any more. */
  forget(sessionId: string): void {
    this.#samples.delete(sessionId)
  }
}

/** A session that was put away and opened again counts from the beginning. */
function rounded(rate: number): number {
  return Math.max(0, Math.round(rate * 10) / 10)
}
