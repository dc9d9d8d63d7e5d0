import type { LimitName } from './limits.ts'
import type { Clock, Log, ReflectorMetrics } from './ports.ts'

/** Breaches of one limit by one culprit are one episode until there was none for this long (ms). */
const EPISODE_END_MS = 60_000
/** When so many episodes go on at once, more are counted but not logged. */
const MAX_EPISODES = 1000

/** Whoever went over a limit, so that the log can name it. */
export interface Culprit {
  /** tells it from others */
  readonly key: string
  /** for the log line */
  readonly fields: object
}

/** Counts breaches of limits, and has the log told of each episode once. */
export class Breaches {
  readonly #clock: Clock
  readonly #log: Pick<Log, 'warn'>
  readonly #metrics: Pick<ReflectorMetrics, 'limitBreached'>
  /** when each episode had its last breach, monotonic ms */
  readonly #episodes = new Map<string, number>()

  constructor(
    clock: Clock,
    log: Pick<Log, 'warn'>,
    metrics: Pick<ReflectorMetrics, 'limitBreached'>,
  ) {
    this.#clock = clock
    this.#log = log
    this.#metrics = metrics
  }

  /** @param text what is done about it */
  note(limit: LimitName, { key, fields }: Culprit, text: string): void {
    this.#metrics.limitBreached(limit)
    const episode = `${limit} ${key}`
    const isNew = !this.#episodes.has(episode)
    if (isNew && this.#episodes.size >= MAX_EPISODES) return
    this.#episodes.set(episode, this.#clock.now())
    if (isNew) this.#log.warn({ ...fields, event: 'limit', limit }, text)
  }

  /** Ends the episodes that are over; to be called every second or so. */
  sweep(now: number): void {
    for (const [episode, last] of this.#episodes) {
      if (now - last > EPISODE_END_MS) this.#episodes.delete(episode)
    }
  }
}
