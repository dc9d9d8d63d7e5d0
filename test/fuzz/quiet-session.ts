import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { RawClient, randomSessionId } from '../support/raw-client.ts'
import type { Frame } from '../support/wire.ts'

const SEND_EVERY_MS = 50
const TICK_MS = 100
/** What was sent last is here by then (ms). */
const LAST_MS = 5000

/** Two who work together while others try to break the box: they hear all, in order, and nothing else happens. */
export class QuietSession {
  readonly #clients: readonly [RawClient, RawClient]
  #sent = 0
  #timer: NodeJS.Timeout | undefined

  private constructor(clients: readonly [RawClient, RawClient]) {
    this.#clients = clients
  }

  static async join(reflectorUrl: string): Promise<QuietSession> {
    const sessionId = randomSessionId()
    const open = async () => {
      const client = new RawClient(reflectorUrl, sessionId)
      await client.opened()
      await client.join({ ticks: { tick: TICK_MS } })
      return client
    }
    const session = new QuietSession([await open(), await open()])
    session.#timer = setInterval(() => session.#send(), SEND_EVERY_MS)
    return session
  }

  get sent(): number {
    return this.#sent
  }

  /** Stops sending; throws if one of them missed or was told anything. */
  async check(): Promise<void> {
    clearInterval(this.#timer)
    const last = `message ${this.#sent - 1}`
    for (const client of this.#clients) {
      await client.next('RECV', (args) => args[2] === last, LAST_MS)
      expect(client.isOpen).toBe(true)
      expect(client.argsOf('INFO')).toEqual([])
    }
    // Ticks that were on their way to one of them are with the other, too.
    await delay(2 * TICK_MS)
    const [first, second] = this.#clients.map((client) => heardSince(client, this.#start()))
    const messages = (first ?? []).map(payloadOf).filter((payload) => typeof payload === 'string')
    expect(messages).toEqual(Array.from({ length: this.#sent }, (_, n) => `message ${n}`))
    const common = Math.min(first?.length ?? 0, second?.length ?? 0)
    expect(second?.slice(0, common).map(textOf)).toEqual(first?.slice(0, common).map(textOf))
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#clients.map((client) => client.close()))
  }

  #send(): void {
    this.#clients[0].send('SEND', [0, 0, `message ${this.#sent}`])
    this.#sent += 1
  }

  #start(): (frame: Frame) => boolean {
    return (frame) => payloadOf(frame) === 'message 0'
  }
}

/** From the first message on. */
function heardSince(client: RawClient, isStart: (frame: Frame) => boolean): readonly Frame[] {
  return client.frames.slice(client.frames.findIndex(isStart))
}

function payloadOf({ args }: Frame): unknown {
  return Array.isArray(args) ? args[2] : undefined
}

function textOf({ text }: Frame): string {
  return text
}
