import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { WebSocket } from 'ws'
import { type Address, openSocket } from './address.ts'
import { ANSWER_LIMIT_MS, inTime } from './limits.ts'

const LONGEST_SENTENCE = 300
/** With it the box closes those whom it does not let in. */
const NO_ACCESS = 4103
const FORBIDDEN = 403
/** Who has not answered a close by then is left alone (ms). */
const CLOSE_LIMIT_MS = 1000

/** A reflected message: teatime, seq, payload. */
export type Message = readonly [time: number, seq: number, payload: unknown, ...rest: unknown[]]

/** What SYNC says, as far as it matters here. */
export interface Sync {
  readonly timeline: string
  /** of the snapshot; "" if there is none */
  readonly url: string
}

/** The other side did not make a web socket of the request. */
export class UpgradeRefusedError extends Error {
  override readonly name = 'UpgradeRefusedError'
  readonly status: number
  /** as the box answers those whom it does not let in: a sentence for people; "" if it is somebody else's answer */
  readonly sentence: string
  constructor(status: number, sentence: string) {
    super(`the request for a web socket was answered with ${status}`)
    this.status = status
    this.sentence = sentence
  }
}

interface Frame {
  readonly action: string
  readonly args: unknown
  /** `performance.now()` when it was here */
  readonly at: number
}

/** A web socket of a session, which remembers what it heard. */
export class Client {
  readonly #sessionId: string
  readonly #socket: WebSocket
  readonly #opened: Promise<void>
  /** rejects when nothing more is to be heard */
  readonly #ended = Promise.withResolvers<never>()
  readonly #frames: Frame[] = []

  /** @param headers of the upgrade */
  constructor(address: Address, sessionId: string, headers: Readonly<Record<string, string>>) {
    this.#sessionId = sessionId
    const target = new URL(`reflector/${sessionId}`, address.url)
    const { host } = target
    this.#socket = new WebSocket(target.href.replace(/^http/, 'ws'), {
      ...{ headers: { host, ...headers }, perMessageDeflate: false },
      createConnection: () => openSocket(address),
    })
    this.#socket.on('message', (data) => this.#receive(String(data)))
    this.#socket.once('close', (code, reason) => {
      // A page that may not come in is told so by a close (CLOSE6), where programs get an answer by HTTP.
      const isRefused = code === NO_ACCESS && this.#frames.length === 0
      const error = isRefused
        ? new UpgradeRefusedError(FORBIDDEN, String(reason))
        : new Error(`the web socket was closed with ${code} ${reason}`.trim())
      this.#ended.reject(error)
    })
    this.#opened = openingOf(this.#socket)
    // Who looks at neither does not want to know.
    for (const promise of [this.#opened, this.#ended.promise]) promise.catch(() => {})
  }

  /** Sends JOIN, for the first time or again. @throws {UpgradeRefusedError} */
  async join(options: Readonly<Record<string, unknown>>): Promise<Sync> {
    await inTime(this.#opened, ANSWER_LIMIT_MS)
    // Nobody is to find a session of the doctor's in a list (JOIN13).
    const about = { version: 1, apiKey: 'none', name: 'doctor', url: '', fleeting: true }
    this.send('JOIN', { ...about, ...options })
    const { args } = await this.next('SYNC')
    return args as Sync
  }

  send(action: string, args: unknown): void {
    this.#socket.send(JSON.stringify({ id: this.#sessionId, action, args }))
  }

  /** The first such frame, come or yet to come, that was not asked for before. */
  async next(action: string, matches = (_args: unknown) => true): Promise<Frame> {
    const isMeant = (frame: Frame) => frame.action === action && matches(frame.args)
    return inTime(this.#find(isMeant), ANSWER_LIMIT_MS)
  }

  /** When ticks came so far (ms, `performance.now()`). */
  get tickTimes(): readonly number[] {
    return this.#frames.filter(({ action }) => action === 'TICK').map(({ at }) => at)
  }

  close(): void {
    this.#socket.close()
    setTimeout(() => this.#socket.terminate(), CLOSE_LIMIT_MS).unref()
  }

  async #find(isMeant: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex(isMeant)
      const [frame] = index < 0 ? [] : this.#frames.splice(index, 1)
      if (frame) return frame
      await Promise.race([once(this.#socket, 'message'), this.#ended.promise])
    }
  }

  #receive(text: string): void {
    try {
      const { action, args } = JSON.parse(text) as Omit<Frame, 'at'>
      this.#frames.push({ action, args, at: performance.now() })
    } catch (cause) {
      this.#ended.reject(new Error('what came by the web socket is not from a box', { cause }))
    }
  }
}

async function openingOf(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('open', resolve)
  socket.on('error', reject)
  socket.once('unexpected-response', (_request, response) => {
    sentenceIn(response)
      .then((sentence) => new UpgradeRefusedError(response.statusCode ?? 0, sentence))
      .then(reject, reject)
  })
  return promise
}

/** The box refuses in plain text, which is not to be kept; others do so otherwise. */
async function sentenceIn(response: IncomingMessage): Promise<string> {
  const body = await text(response)
  const { 'content-type': type = '', 'cache-control': kept } = response.headers
  const isOfBox = type.startsWith('text/plain') && kept === 'no-store'
  return isOfBox ? body.trim().slice(0, LONGEST_SENTENCE) : ''
}
