import { randomInt } from 'node:crypto'
import { join, joinFrame, parseSync, type Sync } from './session-client.ts'
import { clientFrame, WebSocketClient } from './web-socket.ts'

const TICK_MS = 100
/** The delay before an attempt to connect grows by this, then to up to twice as much (ms). */
const DELAY_STEP_MS = 100
const LONGEST_DELAY_MS = 30_000
const RANDOM_STEPS = 1000
const HALF_RANGE = 0x8000_0000

/** What a client knows of its session. */
export interface Known {
  readonly timeline: string
  /** of what was heard last */
  readonly time: number
  readonly seq: number
}

/** When a client was away (`performance.now`). */
export interface Absence {
  readonly from: number
  readonly to: number
  /** whether nothing that it knew was lost or went back: a real client keeps its view if it is back in time */
  readonly isSeamless: boolean
}

/** A client that comes back as the real ones do: at once, then after 100 to 200 ms, then ever later. */
export class OutageClient {
  readonly #port: number
  readonly #sessionId: string
  readonly #join: Buffer
  readonly #message: Buffer
  #client: WebSocketClient | undefined
  #known: Known | undefined
  #delayMs = 0
  #closedAt = 0
  #absences: Absence[] = []
  #onSync = () => {}
  #isClosed = false

  constructor(port: number, sessionId: string, index: number) {
    this.#port = port
    this.#sessionId = sessionId
    this.#join = joinFrame(sessionId, `user ${index}`, TICK_MS)
    const args = [0, 0, `message of user ${index}`, 10]
    this.#message = clientFrame(JSON.stringify({ id: sessionId, action: 'SEND', args }))
  }

  /** Comes for the first time; resolves when it is in the session. */
  enter(): Promise<void> {
    this.#closedAt = performance.now()
    void this.#connect()
    return this.#synced()
  }

  /** The absence that began after `since`; resolves when it is over. */
  async absenceSince(since: number): Promise<Absence> {
    for (;;) {
      const absence = this.#absences.find(({ from }) => from > since)
      if (absence) return absence
      await this.#synced()
    }
  }

  /** What it knows of its session; undefined before it was in it. */
  get known(): Known | undefined {
    return this.#known
  }

  /** Sends a message, unless it is away. */
  send(): void {
    this.say(this.#message)
  }

  /** Sends a frame, unless it is away. */
  say(frame: Buffer): void {
    this.#client?.send(frame)
  }

  /** Loses its connection; it comes back by itself. */
  cut(): void {
    this.#client?.socket.destroy()
  }

  /** For good. */
  close(): void {
    this.#isClosed = true
    this.#client?.socket.destroy()
  }

  #synced(): Promise<void> {
    return new Promise((resolve) => {
      this.#onSync = resolve
    })
  }

  async #connect(): Promise<void> {
    try {
      const client = await WebSocketClient.open(this.#port, this.#sessionId)
      this.#delayMs = 0
      const sync = parseSync(await join(client, this.#join))
      client.onFrame = (bytes, start, end) => this.#hear(bytes.toString('utf8', start, end))
      client.socket.on('close', () => this.#leave())
      this.#client = client
      this.#enterWith(sync)
    } catch {
      this.#retry()
    }
  }

  #leave(): void {
    this.#client = undefined
    this.#closedAt = performance.now()
    this.#retry()
  }

  #retry(): void {
    if (this.#isClosed) return
    setTimeout(() => void this.#connect(), this.#delayMs)
    const random = randomInt(RANDOM_STEPS) / RANDOM_STEPS
    const next = Math.round((this.#delayMs + DELAY_STEP_MS) * (1 + random))
    this.#delayMs = Math.min(LONGEST_DELAY_MS, next)
  }

  #enterWith(sync: Sync): void {
    const seamless = this.#known !== undefined && isSeamless(this.#known, sync)
    this.#known = sync
    this.#absences.push({ from: this.#closedAt, to: performance.now(), isSeamless: seamless })
    this.#onSync()
  }

  #hear(text: string): void {
    if (!this.#known) return
    const { action, args } = JSON.parse(text) as { action: string; args: unknown }
    if (action === 'TICK') this.#known = { ...this.#known, time: args as number }
    if (action !== 'RECV') return
    const [time, seq] = args as [number, number]
    this.#known = { ...this.#known, time, seq }
  }
}

function isSeamless(known: Known, { timeline, seq, time, snapshotSeq, messages }: Sync): boolean {
  const from = snapshotSeq ?? messages[0]?.[1] ?? seq
  return (
    timeline === known.timeline &&
    isAtOrAfter(known.seq, from) &&
    isAtOrAfter(seq, known.seq) &&
    time >= known.time
  )
}

/** Of two seqs, which wrap. */
function isAtOrAfter(seq: number, other: number): boolean {
  return (seq - other) >>> 0 < HALF_RANGE
}
