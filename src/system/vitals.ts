import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How finely the event loop is watched (ms). */
const RESOLUTION_MS = 20
const NS_PER_MS = 1e6

/** How the process is doing. */
export interface VitalSigns {
  /** CPU time of all its threads since it started (ms) */
  readonly cpuMs: number
  readonly memoryBytes: number
  /** how long the event loop was held up since this was last asked (ms): on average and at worst */
  readonly eventLoopDelayMs: { readonly mean: number; readonly max: number }
}

/** Watches the process: from `open` to `close` its event loop, too. */
export class Vitals {
  readonly nodeVersion = process.versions.node
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })

  open(): void {
    this.#delay.enable()
  }

  close(): void {
    this.#delay.disable()
  }

  take(): VitalSigns {
    const { user, system } = process.cpuUsage()
    return {
      cpuMs: (user + system) / 1000,
      memoryBytes: process.memoryUsage.rss(),
      eventLoopDelayMs: this.#takeDelay(),
    }
  }

  #takeDelay(): VitalSigns['eventLoopDelayMs'] {
    const { mean, max, count } = this.#delay
    this.#delay.reset()
    return count === 0 ? { mean: 0, max: 0 } : { mean: overdue(mean), max: overdue(max) }
  }
}

/** The histogram has whole intervals, of which one is as it should be. */
function overdue(ns: number): number {
  return Math.max(0, ns / NS_PER_MS - RESOLUTION_MS)
}
