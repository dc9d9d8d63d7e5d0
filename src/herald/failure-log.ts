/** Of each herald there is a line no more often than this (ms). */
const LOG_EVERY_MS = 60_000
/** Hosts that are told apart; clients name them, so there may be any number. */
const MOST_HOSTS = 100
const OTHER_HOSTS = 'others'

/** The log as heralds need it. */
export interface HeraldLog {
  warn(fields: object, text: string): void
}

/** Writes down which heralds could not be told: one line a host and minute, however many calls fail. */
export class FailureLog {
  readonly #log: HeraldLog
  readonly #now: () => number
  /** by host: when it had its last line, and the failures since */
  readonly #hosts = new Map<string, { at: number; unlogged: number }>()

  /** @param now monotonic, ms */
  constructor(log: HeraldLog, now: () => number) {
    this.#log = log
    this.#now = now
  }

  add(host: string, outcome: string, reason: string): void {
    const now = this.#now()
    const key = this.#keyOf(host, now)
    const known = this.#hosts.get(key)
    if (known && now - known.at < LOG_EVERY_MS) {
      known.unlogged += 1
      return
    }
    this.#hosts.set(key, { at: now, unlogged: 0 })
    const fields = { scope: 'process', event: 'herald-failed', host: key, outcome, reason }
    this.#log.warn({ ...fields, before: known?.unlogged ?? 0 }, 'a herald could not be told')
  }

  #keyOf(host: string, now: number): string {
    if (this.#hosts.has(host) || this.#hosts.size < MOST_HOSTS) return host
    for (const [other, { at }] of this.#hosts) {
      if (now - at >= LOG_EVERY_MS) this.#hosts.delete(other)
    }
    return this.#hosts.size < MOST_HOSTS ? host : OTHER_HOSTS
  }
}
