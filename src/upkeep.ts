import type { DatabaseCheck } from './journal/database-check.ts'
import type { GarbageReport, GarbageRules } from './journal/garbage.ts'
import type { Journal } from './journal/journal.ts'
import type { Cancel, Clock, Log, Timers } from './reflector/ports.ts'
import { logFindings, logGarbage, logInventory } from './storage-log.ts'

/** After a start those who come back go first: what is stored is looked through after this (ms). */
const INSPECT_AFTER_MS = 60_000
/** Garbage is collected that long after the start, and again so often (ms). */
const COLLECT_AFTER_MS = 10 * 60_000
const COLLECT_EVERY_MS = 60 * 60_000
/** If the time of day moved on by so much more or less than time did (ms), it is not to be trusted yet. */
const CLOCK_JUMP_MS = 60 * 60_000

export interface UpkeepParts {
  readonly journal: Pick<Journal, 'takeInventory' | 'collectGarbage'>
  /** Starts to read the whole database; undefined: it is not to be read while it is in use. */
  readonly checkDatabase: (() => DatabaseCheck) | undefined
  /** what may go now; undefined: nothing may */
  readonly garbageRules: () => GarbageRules | undefined
  readonly clock: Pick<Clock, 'now' | 'wallTime'>
  readonly timers: Timers
  readonly log: Log
}

/** Looks through what is stored, once after the start, and clears away what nobody needs, every hour. */
export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #cancels: Cancel[] = []
  #check: DatabaseCheck | undefined
  #isCollecting = false
  #isStopped = false
  /** how far the time of day is ahead of monotonic time (ms) */
  #clockOffset = 0

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  start(): void {
    const { timers } = this.#parts
    this.#hasClockJumped()
    this.#cancels.push(
      timers.after(INSPECT_AFTER_MS, () => void this.#inspect()),
      timers.after(COLLECT_AFTER_MS, () => void this.#collect()),
      timers.every(COLLECT_EVERY_MS, () => void this.#collect()),
    )
  }

  /**
   * Clears away at once what nobody needs; undefined if that is being done, or may not be done now.
   * Rejects if it fails.
   */
  async collectNow(): Promise<GarbageReport | undefined> {
    const rules = this.#parts.garbageRules()
    if (!rules || this.#isCollecting || this.#hasClockJumped()) return undefined
    return this.#collectBy(rules)
  }

  /** Resolves when nothing of it holds the database any more. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const cancel of this.#cancels.splice(0)) cancel()
    await this.#check?.stop()
  }

  async #inspect(): Promise<void> {
    await this.#attempt('inventory', async () => {
      logInventory(this.#parts.log, await this.#parts.journal.takeInventory())
    })
    await this.#attempt('database-check', async () => {
      this.#check = this.#parts.checkDatabase?.()
      logFindings(this.#parts.log, (await this.#check?.findings) ?? [])
    })
  }

  async #collect(): Promise<void> {
    const rules = this.#parts.garbageRules()
    if (!rules || this.#isCollecting || this.#hasClockJumped()) return
    await this.#attempt('garbage', async () => {
      await this.#collectBy(rules)
    })
  }

  async #collectBy(rules: GarbageRules): Promise<GarbageReport> {
    this.#isCollecting = true
    try {
      const report = await this.#parts.journal.collectGarbage(rules)
      logGarbage(this.#parts.log, report)
      return report
    } finally {
      this.#isCollecting = false
    }
  }

  /** Whether that is so since it was last asked. What is old by such a clock may not be old at all. */
  #hasClockJumped(): boolean {
    const { clock, log } = this.#parts
    const before = this.#clockOffset
    this.#clockOffset = clock.wallTime() - clock.now()
    const ms = Math.round(this.#clockOffset - before)
    if (before === 0 || Math.abs(ms) < CLOCK_JUMP_MS) return false
    const fields = { scope: 'process', event: 'clock-jumped', ms }
    log.info(
      fields,
      'the time of day has jumped, or the box stood still: no garbage is collected now',
    )
    return true
  }

  async #attempt(event: string, work: () => Promise<void>): Promise<void> {
    if (this.#isStopped) return
    try {
      await work()
    } catch (err) {
      if (this.#isStopped) return // in the middle of it
      this.#parts.log.error(
        { scope: 'process', event, err },
        'stored data could not be looked after',
      )
    }
  }
}
