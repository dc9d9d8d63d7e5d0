import type { DatabaseCheck } from './journal/database-check.ts'
import type { GarbageReport, GarbageRules } from './journal/garbage.ts'
import type { InventoryReport } from './journal/inventory.ts'
import type { Journal } from './journal/journal.ts'
import type { Cancel, Log, Timers } from './reflector/ports.ts'

/** After a start those who come back go first: what is stored is looked through after this (ms). */
const INSPECT_AFTER_MS = 10_000
/** Garbage is collected that long after the start, and again so often (ms). */
const COLLECT_AFTER_MS = 10 * 60_000
const COLLECT_EVERY_MS = 60 * 60_000

export interface UpkeepParts {
  readonly journal: Pick<Journal, 'takeInventory' | 'collectGarbage'>
  /** Starts to read the whole database; undefined: it is not to be read while it is in use. */
  readonly checkDatabase: (() => DatabaseCheck) | undefined
  /** what may go now; undefined: nothing may */
  readonly garbageRules: () => GarbageRules | undefined
  readonly timers: Timers
  readonly log: Log
}

/** Looks through what is stored, once after the start, and clears away what nobody needs, every hour. */
export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #cancels: Cancel[] = []
  #check: DatabaseCheck | undefined
  #isCollecting = false

  constructor(parts: UpkeepParts) {
    this.#parts = parts
  }

  start(): void {
    const { timers } = this.#parts
    this.#cancels.push(
      timers.after(INSPECT_AFTER_MS, () => void this.#inspect()),
      timers.after(COLLECT_AFTER_MS, () => void this.#collect()),
      timers.every(COLLECT_EVERY_MS, () => void this.#collect()),
    )
  }

  /** Resolves when nothing of it holds the database any more. */
  async stop(): Promise<void> {
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
    if (!rules || this.#isCollecting) return
    this.#isCollecting = true
    await this.#attempt('garbage', async () => {
      logGarbage(this.#parts.log, await this.#parts.journal.collectGarbage(rules))
    })
    this.#isCollecting = false
  }

  async #attempt(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      if (this.#cancels.length === 0) return // stopped in the middle
      this.#parts.log.error(
        { scope: 'process', event, err },
        'stored data could not be looked after',
      )
    }
  }
}

/** @param findings what is damaged, in SQLite's words */
export function logFindings(log: Log, findings: readonly string[]): void {
  if (findings.length === 0) return
  const fields = { scope: 'process', event: 'database-damaged', findings }
  log.error(fields, 'the database is damaged: stop the box and restore a backup')
}

const INVENTORY_LINES: ReadonlyArray<
  readonly [kind: keyof InventoryReport, level: 'info' | 'warn' | 'error', text: string]
> = [
  ['adopted', 'info', 'uploads that the index did not know were added to it'],
  ['missing', 'warn', 'uploads are gone from the disk; nothing refers to them'],
  ['lost', 'error', 'uploads are gone from the disk that sessions need'],
  ['changed', 'error', 'uploads have another length than when they were stored: in quarantine'],
  ['foreign', 'warn', 'files that are no uploads were among them: in quarantine'],
  ['stuck', 'error', 'uploads could not be read or moved'],
]

function logInventory(log: Log, report: InventoryReport): void {
  for (const [kind, level, text] of INVENTORY_LINES) {
    const { count, paths } = report[kind]
    const fields = { scope: 'process', event: `uploads-${kind}`, count, paths }
    if (count > 0) log[level](fields, text)
  }
}

function logGarbage(log: Log, report: GarbageReport): void {
  const found = Object.entries(report).filter(([, { count }]) => count > 0)
  if (found.length === 0) return
  const fields = { scope: 'process', event: 'garbage', ...Object.fromEntries(found) }
  log.info(fields, 'what nobody needs any more was removed')
}
