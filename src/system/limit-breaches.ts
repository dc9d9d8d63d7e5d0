const MINUTE_MS = 60_000
/** Lines a minute, however many addresses meet a limit. */
const MOST_LINES = 100

export interface LimitBreachesParts {
  /** counts a breach of the limit of this name */
  readonly count: (limit: string) => void
  readonly log: { warn(fields: object, text: string): void }
  /** monotonic, ms */
  readonly now: () => number
}

/** Counts whoever meets a limit, and says so once a minute for each address and limit. */
export class LimitBreaches {
  readonly #parts: LimitBreachesParts
  readonly #told = new Set<string>()
  #minute = 0

  constructor(parts: LimitBreachesParts) {
    this.#parts = parts
  }

  /** @param limit its name, in kebab-case; @param address the client's own */
  note(limit: string, address: string): void {
    const { count, log, now } = this.#parts
    count(limit)
    const minute = Math.floor(now() / MINUTE_MS)
    if (minute !== this.#minute) this.#told.clear()
    this.#minute = minute
    const userIp = address.replace(/^::ffff:/, '')
    const who = `${limit} ${userIp}`
    if (this.#told.has(who) || this.#told.size >= MOST_LINES) return
    this.#told.add(who)
    log.warn({ scope: 'process', event: 'limit', limit, userIp }, 'a limit was met')
  }
}
