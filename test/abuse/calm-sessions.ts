import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { type RawClient, RawClients, randomSessionId } from '../support/raw-client.ts'
import type { WireMessage } from '../support/wire.ts'

const CLIENTS = 5
/** ms between two messages of the session that talks */
const SEND_EVERY_MS = 10
/** Sessions that do not, and their tick (ms). */
const SILENT_SESSIONS = 10
const TICK_MS = 50
/** They begin so long after each other (ms), and tick at different times: what is late once is not ten times late. */
const PHASE_MS = 10

/** What was seen in a while: sorted, ms. */
export interface Seen {
  /** from sending a message to hearing it, of each message and client */
  readonly latencies: readonly number[]
  /** how far two ticks were off their interval */
  readonly jitters: readonly number[]
}

/** Well-behaved sessions: one that talks, and some in which nobody says anything. */
export class CalmSessions {
  readonly #clients = new RawClients()
  #talking: readonly RawClient[] = []
  #latencies: number[] = []
  #jitters: number[] = []
  #sent = 0

  async join(reflectorUrl: string): Promise<void> {
    const talking = randomSessionId()
    const clients: RawClient[] = []
    for (let index = 0; index < CLIENTS; index += 1) {
      const client = await this.#clients.connect(reflectorUrl, talking, {
        onFrame: ({ action, args }) => {
          if (action === 'RECV') this.#noteMessage(args as WireMessage)
        },
      })
      await client.join()
      clients.push(client)
    }
    this.#talking = clients
    for (let index = 0; index < SILENT_SESSIONS; index += 1) {
      await this.#listen(reflectorUrl)
      await delay(PHASE_MS)
    }
  }

  /** Sends for so long; what was seen meanwhile. Rejects if anything was lost or a client closed. */
  async watch(ms: number): Promise<Seen> {
    this.#latencies = []
    this.#jitters = []
    const end = performance.now() + ms
    while (performance.now() < end) {
      this.#say(this.#sent % CLIENTS)
      await delay(SEND_EVERY_MS)
    }
    await this.#expectNothingLost()
    const ascending = (a: number, b: number) => a - b
    return {
      latencies: this.#latencies.toSorted(ascending),
      jitters: this.#jitters.toSorted(ascending),
    }
  }

  async leave(): Promise<void> {
    await this.#clients.closeAll()
  }

  #say(speaker: number): void {
    this.#sent += 1
    this.#talking[speaker]?.send('SEND', [0, 0, `${this.#sent} ${performance.now()}`])
  }

  #noteMessage([, , payload]: WireMessage): void {
    if (typeof payload !== 'string') return
    this.#latencies.push(performance.now() - Number(payload.split(' ')[1]))
  }

  /** Joins a session in which nobody says anything. */
  async #listen(reflectorUrl: string): Promise<void> {
    let lastTick = Number.NaN
    const listener = await this.#clients.connect(reflectorUrl, randomSessionId(), {
      onFrame: ({ action }) => {
        if (action !== 'TICK') return
        const now = performance.now()
        if (!Number.isNaN(lastTick)) this.#jitters.push(Math.abs(now - lastTick - TICK_MS))
        lastTick = now
      },
    })
    await listener.join({ ticks: { tick: TICK_MS } })
  }

  /** Every client has heard every message ever sent, in one order, which is that of each speaker. */
  async #expectNothingLost(): Promise<void> {
    const speakers = Array.from(this.#talking, (_, index) => index)
    const said = speakers.map((index) => {
      const numbers = Array.from({ length: this.#sent }, (_, at) => at + 1)
      return numbers.filter((number) => (number - 1) % CLIENTS === index)
    })
    let first: string | undefined
    for (const client of this.#talking) {
      await expect.poll(() => numbersOf(client)).toHaveLength(this.#sent)
      const heard = numbersOf(client)
      const bySpeaker = speakers.map((index) =>
        heard.filter((number) => (number - 1) % CLIENTS === index),
      )
      expect(bySpeaker).toEqual(said)
      first ??= heard.join()
      expect(heard.join()).toBe(first)
    }
  }
}

/** Of all messages that it heard. */
function numbersOf(client: RawClient): number[] {
  return client
    .argsOf('RECV')
    .flatMap(([, , payload]) => (typeof payload === 'string' ? Number(payload.split(' ')[0]) : []))
}

/** The value below which this share of sorted values is; NaN if there are none. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
