import type { Clock, Punctuality, SessionDesk, StoreDesk, VitalSigns } from './ports.ts'

/** Samples are no closer than this (ms): several viewers share one. */
const LEAST_SPAN_MS = 900
/** The disk is looked at no more often (ms). */
const DISK_EVERY_MS = 10_000

/** How the box is doing. What is "at worst" is so since the last sample. */
export interface Health {
  /** ms since 1970 */
  readonly at: number
  readonly uptimeSeconds: number
  readonly versions: { readonly box: string; readonly node: string }
  readonly connections: number
  readonly sessions: number
  /** what the box waits for before it can serve, in words; empty: all is well */
  readonly missing: readonly string[]
  /** 100 is one core; the box may use several */
  readonly cpuPercent: number
  readonly memoryBytes: number
  /** how long the event loop was held up (ms): on average and at worst */
  readonly eventLoopDelayMs: { readonly mean: number; readonly max: number }
  /** how late ticks were at worst (ms) */
  readonly tickLatenessMs: number
  /** how long messages waited to be stored at worst (ms) */
  readonly journalLagMs: number
  /** undefined: not looked at yet */
  readonly disk: { readonly usedBytes: number; readonly freeBytes: number } | undefined
}

export interface HealthParts {
  readonly desk: Pick<SessionDesk, 'connectionCount' | 'sessionCount'>
  readonly store: Pick<StoreDesk, 'volume'>
  readonly takeVitals: () => VitalSigns
  readonly takePunctuality: () => Punctuality
  readonly missing: () => readonly string[]
  readonly versions: Health['versions']
  readonly clock: Clock
}

/** Measures how the box is doing, whenever somebody wants to know. */
export class HealthMeter {
  readonly #parts: HealthParts
  readonly #startedAt: number
  #last: { readonly health: Health; readonly now: number; readonly cpuMs: number } | undefined
  #disk: Health['disk']
  #diskAt = -Infinity

  constructor(parts: HealthParts) {
    this.#parts = parts
    this.#startedAt = parts.clock.now()
  }

  /** As {@link sample}, with the disk as it is now, or was a moment ago. */
  async measure(): Promise<Health> {
    await this.#lookAtDisk()
    return { ...this.sample(), disk: this.#disk }
  }

  /** As of now, or of a moment ago. */
  sample(): Health {
    const { clock, desk, missing, versions, takeVitals, takePunctuality } = this.#parts
    const now = clock.now()
    if (this.#last && now - this.#last.now < LEAST_SPAN_MS) return this.#last.health
    // A disk that cannot be looked at stays as it was.
    this.#lookAtDisk().catch(() => {})
    const { cpuMs, memoryBytes, eventLoopDelayMs } = takeVitals()
    const { tickLatenessMs, commitMs } = takePunctuality()
    const before = this.#last ?? { now: this.#startedAt, cpuMs: 0 }
    const health = {
      at: clock.wallTime(),
      uptimeSeconds: Math.floor((now - this.#startedAt) / 1000),
      versions,
      connections: desk.connectionCount,
      sessions: desk.sessionCount,
      missing: missing(),
      cpuPercent: tenths(((cpuMs - before.cpuMs) / Math.max(1, now - before.now)) * 100),
      memoryBytes,
      eventLoopDelayMs: {
        mean: tenths(eventLoopDelayMs.mean),
        max: tenths(eventLoopDelayMs.max),
      },
      tickLatenessMs: tenths(tickLatenessMs),
      journalLagMs: tenths(commitMs),
      disk: this.#disk,
    }
    this.#last = { health, now, cpuMs }
    return health
  }

  async #lookAtDisk(): Promise<void> {
    const now = this.#parts.clock.now()
    if (now - this.#diskAt < DISK_EVERY_MS) return
    this.#diskAt = now
    this.#disk = await this.#parts.store.volume()
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
