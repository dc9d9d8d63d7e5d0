import type { FinishedRestore } from './backup/placement.ts'
import type { GarbageReport } from './journal/garbage.ts'
import type { InventoryReport } from './journal/inventory.ts'
import type { JournalProblem } from './journal/problem.ts'
import type { Log } from './reflector/ports.ts'

/** Problems that somebody caused on purpose, or that nothing was lost by; all others are errors. */
const MILD: readonly JournalProblem['kind'][] = [
  'timelines renewed',
  'garbage cut short',
  'inventory cut short',
]

/** Words what the journal met and lived with. */
export function logProblem(log: Log, { kind, ...data }: JournalProblem): void {
  const fields = { scope: 'process', event: kind.replaceAll(' ', '-'), ...data }
  log[MILD.includes(kind) ? 'warn' : 'error'](fields, `stored data: ${kind}`)
}

/** @param restore undefined: there was none to finish */
export function logFinishedRestore(log: Log, restore: FinishedRestore | undefined): void {
  if (!restore) return
  const fields = { scope: 'process', event: 'restore-finished', ...restore }
  log.warn(fields, 'a restore had been cut short, and was finished now')
}

/** @param fault what is amiss with the box's folder; undefined: nothing any more */
export function logFolderChange(log: Log, dir: string, fault: string | undefined): void {
  if (fault === undefined) {
    const fields = { scope: 'process', event: 'folder-back', dir }
    log.notice(fields, 'the folder of the box is there again, as it was')
    return
  }
  const fields = { scope: 'process', event: 'folder-amiss', dir, reason: fault }
  log.error(
    fields,
    'the folder of the box was unmounted, moved or replaced: nothing is stored. ' +
      'Put it back as it was, and the box goes on; or stop the box, put it right, and start it again',
  )
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

/** Words what an inventory found and did. */
export function logInventory(log: Log, report: InventoryReport): void {
  for (const [kind, level, text] of INVENTORY_LINES) {
    const { count, paths } = report[kind]
    const fields = { scope: 'process', event: `uploads-${kind}`, count, paths }
    if (count > 0) log[level](fields, text)
  }
}

/** Words what was removed; nothing if nothing was. */
export function logGarbage(log: Log, report: GarbageReport): void {
  const found = Object.entries(report).filter(([, { count }]) => count > 0)
  if (found.length === 0) return
  const fields = { scope: 'process', event: 'garbage', ...Object.fromEntries(found) }
  log.info(fields, 'what nobody needs any more was removed')
}
