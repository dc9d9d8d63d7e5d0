import { join, joinFrame, sessionIdOf } from './session-client.ts'
import { clientFrame, WebSocketClient } from './web-socket.ts'

/** Ticks are left out, as far as a session can: what is measured is messages. */
const TICK_MS = 30_000
const PAYLOAD_CHARS = 200
/** When a message was sent, in its payload: microseconds, always that many digits. */
const STAMP_CHARS = 14
const BEFORE_STAMP = '@'
/** What a message ends with behind its stamp, to the sender's latency. */
const AFTER_STAMP = '",10]}'
const BACK_TO_STAMP = STAMP_CHARS + AFTER_STAMP.length
/** No other frame is as long. */
const LEAST_RECV_BYTES = PAYLOAD_CHARS

/** One session of the load: two clients, one of which sends. */
export class LoadSession {
  /** from SEND to RECV, as the sender sees it */
  latenciesMs: number[] = []
  /** between the first and the last receiver */
  spreadsMs: number[] = []
  readonly #port: number
  readonly #sessionId: string
  readonly #frame: Buffer
  readonly #stampAt: number
  #clients: WebSocketClient[] = []
  #frames: Buffer[] = []
  #sent = 0
  /** how many each client has received */
  readonly #received = [0, 0]
  /** arrivals of messages that only one client has, in order */
  #early: number[] = []

  constructor(port: number, index: number) {
    this.#port = port
    this.#sessionId = sessionIdOf(`load ${index}`)
    const payload =
      BEFORE_STAMP.padStart(PAYLOAD_CHARS - STAMP_CHARS, 'x') + '0'.repeat(STAMP_CHARS)
    const envelope = { id: this.#sessionId, action: 'SEND', args: [0, 0, payload, 10] }
    this.#frame = clientFrame(JSON.stringify(envelope))
    this.#stampAt = this.#frame.length - BACK_TO_STAMP
  }

  /** Messages that have not reached both clients yet. */
  get missing(): number {
    return Math.max(...this.#received.map((count) => this.#sent - count))
  }

  async join(): Promise<void> {
    for (const name of ['sender', 'listener']) {
      const client = await WebSocketClient.open(this.#port, this.#sessionId)
      await join(client, joinFrame(this.#sessionId, name, TICK_MS))
      const index = this.#clients.push(client) - 1
      client.onFrame = (bytes, start, end) => this.#receive(index, bytes, start, end)
      client.socket.on('close', () => {
        throw new Error('the box closed a web socket')
      })
    }
  }

  /** Readies a message with the time of now; it goes with the next flush. */
  send(): void {
    const frame = Buffer.from(this.#frame)
    frame.write(stampNow(), this.#stampAt, 'latin1')
    this.#frames.push(frame)
    this.#sent++
  }

  /** Sends what is ready in one write. */
  flush(): void {
    const [frame, ...more] = this.#frames
    if (!frame) return
    this.#clients[0]?.send(more.length > 0 ? Buffer.concat(this.#frames) : frame)
    this.#frames = []
  }

  /** Forgets what was measured so far. */
  forget(): void {
    this.latenciesMs = []
    this.spreadsMs = []
  }

  #receive(client: number, bytes: Buffer, start: number, end: number): void {
    const stampAt = end - BACK_TO_STAMP
    if (end - start < LEAST_RECV_BYTES || bytes[stampAt - 1] !== BEFORE_STAMP.charCodeAt(0)) return
    const now = performance.now()
    const mine = (this.#received[client] ?? 0) + 1
    this.#received[client] = mine
    if (client === 0) {
      this.latenciesMs.push(
        now - Number(bytes.toString('latin1', stampAt, stampAt + STAMP_CHARS)) / 1000,
      )
    }
    const isFirst = mine > (this.#received[1 - client] ?? 0)
    if (isFirst) this.#early.push(now)
    else this.spreadsMs.push(now - (this.#early.shift() ?? now))
  }
}

function stampNow(): string {
  return String(Math.round(performance.now() * 1000)).padStart(STAMP_CHARS, '0')
}
