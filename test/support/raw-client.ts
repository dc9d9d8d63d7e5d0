import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ChunkReader } from './chunk-reader.ts'
import { FrameQueue } from './frame-queue.ts'
import type { ActionArgs, Frame, JoinArgs, SyncArgs } from './wire.ts'

/** How long a frame or a close is waited for unless a test says otherwise (ms). */
const WAIT_MS = 20_000

/** What may be unusual about a connection. */
export interface ConnectOptions {
  /** request headers of the upgrade, e.g. `host` */
  readonly headers?: Readonly<Record<string, string>>
  /** false: web-socket pings are counted and not answered */
  readonly autoPong?: boolean
  /** put behind the session id, e.g. `?token=1` */
  readonly query?: string
  /** told of every frame when it is here as a whole */
  readonly onFrame?: (frame: Frame) => void
}

export interface Closed {
  readonly code: number
  readonly reason: string
}

/** One web socket that speaks the protocol as the test tells it to, and remembers what it heard. */
export class RawClient {
  readonly sessionId: string
  /** every web-socket frame as it came, chunks included */
  readonly rawFrames: string[] = []
  /** every frame, chunks put together */
  readonly frames: Frame[] = []
  /** when web-socket pings came (ms, `performance.now`) */
  readonly pings: number[] = []
  readonly #socket: WebSocket
  readonly #chunks = new ChunkReader()
  readonly #queue = new FrameQueue()
  readonly #closed: Promise<Closed>
  readonly #onFrame: (frame: Frame) => void

  /** Connecting begins; {@link RawClient.opened} tells when it is done. */
  constructor(url: string, sessionId: string, options: ConnectOptions = {}) {
    const { headers = {}, autoPong = true, query = '', onFrame = () => {} } = options
    this.sessionId = sessionId
    this.#onFrame = onFrame
    this.#socket = new WebSocket(`${url}/${sessionId}${query}`, { headers, autoPong })
    this.#socket.on('message', (data) => this.#receive(String(data)))
    this.#socket.on('ping', () => this.pings.push(performance.now()))
    this.#closed = new Promise((resolve) => {
      this.#socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
    this.#closed.then(({ code, reason }) => this.#queue.end(`closed with ${code} ${reason}`))
  }

  /** Rejects if the upgrade is refused. */
  async opened(): Promise<void> {
    await once(this.#socket, 'open')
    // Whatever fails from now on shows as a close with 1006.
    this.#socket.on('error', () => {})
  }

  /** The extensions agreed on, empty if none. */
  get extensions(): string {
    return this.#socket.extensions
  }

  /** Bytes that were sent and are not on their way yet. */
  get backlog(): number {
    return this.#socket.bufferedAmount
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  /** Sends one envelope, e.g. `send('SEND', [0, 0, 'hi'], { tags: { debounce: 100 } })`. */
  send(action: string, args?: unknown, rest: Readonly<Record<string, unknown>> = {}): void {
    this.sendRaw(JSON.stringify({ id: this.sessionId, action, args, ...rest }))
  }

  /** Sends one web-socket frame as it is: a string as text, bytes as binary. */
  sendRaw(data: string | Uint8Array): void {
    this.#socket.send(data)
  }

  /** Sends a web-socket pong that nobody asked for. */
  pong(): void {
    this.#socket.pong()
  }

  /** Sends JOIN, by default as a user of its own; resolves with the args of the SYNC that answers it. */
  async join(args: JoinArgs = {}): Promise<SyncArgs> {
    this.send('JOIN', joinArgs(args))
    const { args: sync } = await this.next('SYNC')
    return sync
  }

  /**
   * The first frame of this action, come or yet to come, that no earlier call has taken.
   * Rejects when time is up or the socket closes.
   */
  next<A extends keyof ActionArgs>(
    action: A,
    matches: (args: ActionArgs[A]) => boolean = () => true,
    timeoutMs = WAIT_MS,
  ): Promise<Frame & { readonly args: ActionArgs[A] }> {
    const isMatch = (frame: Frame): frame is Frame & { readonly args: ActionArgs[A] } =>
      frame.action === action && matches(frame.args as ActionArgs[A])
    return this.#queue.take(isMatch, `${action} for ${this.sessionId}`, timeoutMs)
  }

  /** The args of all frames of this action so far, taken or not. */
  argsOf<A extends keyof ActionArgs>(action: A): ActionArgs[A][] {
    return this.frames
      .filter((frame) => frame.action === action)
      .map((frame) => frame.args as ActionArgs[A])
  }

  /** Sends a PING that is its own; resolves when its PONG is here. */
  async ping(): Promise<void> {
    const token = randomSessionId()
    this.send('PING', { token })
    await this.next('PONG', (args) => (args as { token?: string } | undefined)?.token === token)
  }

  /** How the socket was closed; rejects if it is still open when time is up. */
  async closed(timeoutMs = WAIT_MS): Promise<Closed> {
    const cancel = new AbortController()
    const late = delay(timeoutMs, undefined, { signal: cancel.signal }).then(() => {
      throw new Error(`${this.sessionId} is still open after ${timeoutMs} ms`)
    })
    try {
      return await Promise.race([this.#closed, late])
    } finally {
      cancel.abort()
      late.catch(() => {})
    }
  }

  /** Closes the socket as a client does that leaves; resolves when that is done. */
  async close(code = 1000, reason = ''): Promise<void> {
    this.#socket.close(code, reason)
    const done = await Promise.race([this.#closed, delay(1_000, undefined, { ref: false })])
    if (!done) this.#socket.terminate()
  }

  /** Forgets what it heard: for one that hears much and is asked nothing. */
  forget(): void {
    this.rawFrames.length = 0
    this.frames.length = 0
    this.#queue.clear()
  }

  /** Stops reading, so that what the reflector sends piles up. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Drops the socket without a word. */
  terminate(): void {
    this.#socket.terminate()
  }

  #receive(text: string): void {
    this.rawFrames.push(text)
    const whole = this.#chunks.read(text)
    if (whole === undefined) return
    const frame: Frame = { ...(JSON.parse(whole) as Omit<Frame, 'text'>), text: whole }
    this.frames.push(frame)
    this.#queue.add(frame)
    this.#onFrame(frame)
  }
}

/** Opens clients and closes all of them at the end of a test. */
export class RawClients {
  readonly #opened: RawClient[] = []

  /** @param url where the reflector is, without the session id: `ws://localhost:8888/reflector` */
  async connect(url: string, sessionId: string, options: ConnectOptions = {}): Promise<RawClient> {
    const client = new RawClient(url, sessionId, options)
    this.#opened.push(client)
    await client.opened()
    return client
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((client) => client.close()))
  }
}

/** JOIN args as a client of today sends them, with these changes. */
export function joinArgs(changes: JoinArgs = {}): JoinArgs {
  return {
    name: 'conformance',
    apiKey: 'none',
    version: 1,
    url: 'http://localhost/',
    sdk: '2.0.4',
    codeHash: 'c0de',
    user: [randomSessionId().slice(0, 8)],
    ticks: { tick: 200 },
    leaveDelay: 0,
    ...changes,
  }
}

/** 43 base64url characters, as 32 random bytes give them. */
export function randomSessionId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}
