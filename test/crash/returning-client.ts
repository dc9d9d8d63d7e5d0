import { setTimeout as delay } from 'node:timers/promises'
import { joinArgs, RawClient } from '../support/raw-client.ts'
import type { ActionArgs, Frame } from '../support/wire.ts'
import type { Random } from './random.ts'
import { NOTHING_KNOWN, numbered, type SessionLedger, type Witness } from './session-ledger.ts'

/** As long as a test may ever take (ms). */
const A_DAY_MS = 86_400_000
/** What a client waits before it tries to reconnect for the second time, at least (ms). */
const RETRY_MS = 100
/** Users away for longer are announced as left (ms): no restart takes so long. */
export const LEAVE_DELAY_MS = 20_000

export interface ReturningClientOptions {
  readonly reflectorUrl: string
  readonly ledger: SessionLedger
  readonly user: string
  readonly random: Random
  /** ms between two messages that it sends by itself; undefined: none */
  readonly everyMs?: number
}

/** A raw client that comes back by itself, as the same user and as fast as real clients do. */
export class ReturningClient {
  readonly user: string
  /** ms from each loss of its connection to the SYNC that ended it */
  readonly outages: number[] = []
  /** INFO frames, as they came */
  readonly infos: ActionArgs['INFO'][] = []
  /** what its messages are sent under: one name for each connection */
  readonly senders: string[] = []
  readonly #options: ReturningClientOptions
  readonly #witness: Witness
  readonly #stop = new AbortController()
  #client: RawClient | undefined
  #timer: NodeJS.Timeout | undefined
  #isIn = false
  #sent = 0
  #closedAt: number | undefined
  #knownAtJoin = NOTHING_KNOWN
  #lastSync: { time: number; seq: number } | undefined
  #done: Promise<void> = Promise.resolve()

  constructor(options: ReturningClientOptions) {
    this.#options = options
    this.user = options.user
    this.#witness = options.ledger.witness(options.user)
  }

  get sessionId(): string {
    return this.#options.ledger.sessionId
  }

  /** Whether it had its SYNC, and its connection is open. */
  get isIn(): boolean {
    return this.#isIn
  }

  /** Where the session was when it was heard last: teatime and seq. */
  get heard(): { readonly time: number; readonly seq: number } | undefined {
    return this.#lastSync
  }

  /** Joins, and comes back until it is stopped. */
  start(): void {
    this.#done = this.#run()
    const { everyMs } = this.#options
    if (everyMs === undefined) return
    this.#timer = setInterval(() => this.send(), everyMs)
  }

  /** From now on it sends only what it is told to. */
  pause(): void {
    clearInterval(this.#timer)
  }

  /** Sends its next messages, if it is in. */
  send(count = 1): void {
    for (let left = count; left > 0 && this.#isIn && this.#client?.isOpen; left -= 1) {
      this.#sent += 1
      const sender = this.senders.at(-1) ?? ''
      this.#options.ledger.noteSent(sender, this.#sent)
      this.#client.send('SEND', [0, 0, numbered(sender, this.#sent)])
    }
  }

  /** Sends one frame as it is, if it is in. */
  sendAction(action: string, args: unknown): void {
    if (this.#isIn && this.#client?.isOpen) this.#client.send(action, args)
  }

  async stop(): Promise<void> {
    this.pause()
    this.#stop.abort()
    this.#client?.terminate()
    await this.#done
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    for (let retryMs = 0; !signal.aborted; ) {
      const wasOpen = await this.#connect()
      this.#isIn = false
      this.#closedAt ??= performance.now()
      if (wasOpen) retryMs = 0
      await delay(retryMs, undefined, { signal }).catch(() => {})
      retryMs = (retryMs + RETRY_MS) * this.#options.random.between(1, 2)
    }
  }

  /** Resolves when the connection is closed. @returns whether it was ever open */
  async #connect(): Promise<boolean> {
    const { reflectorUrl, ledger } = this.#options
    const onFrame = (frame: Frame) => this.#note(frame)
    this.#client = new RawClient(reflectorUrl, ledger.sessionId, { onFrame })
    try {
      await this.#client.opened()
    } catch {
      return false
    }
    this.#knownAtJoin = ledger.known
    if (this.#stop.signal.aborted) this.#client.terminate()
    else this.#client.send('JOIN', joinArgs({ user: this.user, leaveDelay: LEAVE_DELAY_MS }))
    await this.#client.closed(A_DAY_MS)
    return true
  }

  #note(frame: Frame): void {
    const args = frame.args as never
    if (frame.action === 'TICK') this.#witness.ticked(args)
    else if (frame.action === 'RECV') {
      this.#witness.received(frame)
      const [time, seq] = args as ActionArgs['RECV']
      this.#lastSync = { time, seq }
    } else if (frame.action === 'SYNC') this.#noteSync(frame)
    else if (frame.action === 'INFO') this.infos.push(args)
  }

  #noteSync(frame: Frame): void {
    this.#witness.synced(frame, this.#knownAtJoin)
    const { time, seq } = frame.args as ActionArgs['SYNC']
    this.#lastSync = { time, seq }
    if (this.#closedAt !== undefined) this.outages.push(performance.now() - this.#closedAt)
    this.#closedAt = undefined
    this.senders.push(`${this.user}/${this.senders.length + 1}`)
    this.#sent = 0
    this.#isIn = true
  }
}
