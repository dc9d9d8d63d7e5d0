import { type RawClient, RawClients, randomSessionId } from '../../support/raw-client.ts'

/** A session in which nobody says anything ticks so often (ms)… */
const TICK_MS = 50
/** …and one that talks has a message so often (ms). */
const SEND_EVERY_MS = 50
const FROM = { 'x-forwarded-for': '192.168.88.1' }

/** Those who mind their own business on the box: a session that ticks, and one that talks. */
export class Bystander {
  readonly #clients = new RawClients()
  #speaker: RawClient | undefined
  #timer: NodeJS.Timeout | undefined
  #said = 0
  #closed = 0
  /** when each of the two was last heard (ms, `performance.now`) */
  readonly #heard = [0, 0]
  #longest = 0

  async join(reflectorUrl: string): Promise<void> {
    const listener = await this.#connect(reflectorUrl, 0, ({ action }) => action === 'TICK')
    await listener.join({ ticks: { tick: TICK_MS } })
    const speaker = await this.#connect(reflectorUrl, 1, ({ action }) => action === 'RECV')
    await speaker.join({ ticks: { tick: 1000 } })
    this.#speaker = speaker
    for (const client of [listener, speaker]) {
      void client.closed(3_600_000).then(
        () => {
          this.#closed += 1
        },
        () => {},
      )
    }
    this.#timer = setInterval(() => this.#say(), SEND_EVERY_MS)
    this.begin()
  }

  get sessionId(): string {
    return this.#speaker?.sessionId ?? ''
  }

  /** How many of the two the box closed, or lost. */
  get closed(): number {
    return this.#closed
  }

  /** Measures anew from now on. */
  begin(): void {
    this.#heard.fill(performance.now())
    this.#longest = 0
  }

  /** For how long at most either of the two heard nothing (ms). */
  get longestSilence(): number {
    const now = performance.now()
    return Math.max(this.#longest, ...this.#heard.map((at) => now - at))
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer)
    await this.#clients.closeAll()
  }

  async #connect(
    url: string,
    index: number,
    isMeant: (frame: { readonly action: string }) => boolean,
  ): Promise<RawClient> {
    const client: RawClient = await this.#clients.connect(url, randomSessionId(), {
      headers: FROM,
      onFrame: (frame) => {
        if (isMeant(frame)) this.#note(index)
        client?.forget()
      },
    })
    return client
  }

  #say(): void {
    this.#said += 1
    if (this.#speaker?.isOpen) this.#speaker.send('SEND', [0, 0, `${this.#said}`])
  }

  #note(index: number): void {
    const now = performance.now()
    this.#longest = Math.max(this.#longest, now - (this.#heard[index] ?? now))
    this.#heard[index] = now
  }
}
