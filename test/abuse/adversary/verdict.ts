import { loadConfig } from '../../../src/config.ts'
import type { Store } from './attack.ts'
import { ATTACKS } from './attacks.ts'
import type { Outcome, Starts } from './outcome.ts'
import { megabytes } from './trial.ts'

/** Six attacks at a time share two processors with both boxes, on the machine of the tests. */
const IS_CROWDED = process.env.ABUSE !== 'full'
/** Calm sessions may hear nothing for so long at most, beyond what those on a box that nobody attacks have to wait (ms). */
const MOST_SILENCE_MS = IS_CROWDED ? 2000 : 500
/**
 * What a box needs for its work under any load (bytes): what V8 has not collected yet of texts that came, of
 * which each is there as bytes, as text and as its parts for a while.
 */
const WORK_BYTES = 250_000_000
/** Nothing that was sent is kept more often than so: as text, as a frame for clients, on its way to the disk. */
const MOST_COPIES = 3
/** On disk there is what is in the database, and what is still in the commit log as well, in its own JSON. */
const MOST_DISK_SHARE = 2.5
/** What a folder may grow by for nothing: pages of the database, its write-ahead log, both commit logs (bytes). */
const DISK_WORK_BYTES = IS_CROWDED ? 100_000_000 : 30_000_000
/** A line of the log says more than what came, but of few bytes there are few lines. */
const MOST_LOG_SHARE = 3
const LOG_WORK_BYTES = 5_000_000
/** What the log takes at once, and in the time of an attack, whatever comes (LOG4). */
const MOST_LOG_BYTES = 40_000_000
/** A start after an attack may take so much longer than one before, or than that of another box (ms). */
const MOST_LATER_START_MS = 1000
/**
 * Histories are counted in UTF-16 units. One of text that is not Latin takes two bytes as text and three as a frame
 * for those who join.
 */
const BYTES_PER_UNIT = 5
/** What the limits without a setting say: LIMIT19, LIMIT16, and the newest lines of the log as text of two bytes a unit. */
const BACKLOGS_BYTES = 256_000_000
const UNFINISHED_BYTES = 64_000_000
const LOG_BYTES = 2000 * 8000 * 2

/** What each store may take in all, by the default settings (bytes). */
export function sizesOfStores(): Readonly<Record<Store, number>> {
  const { historiesBytes } = loadConfig({})
  return {
    histories: historiesBytes * BYTES_PER_UNIT,
    backlogs: BACKLOGS_BYTES,
    unfinished: UNFINISHED_BYTES,
    log: LOG_BYTES,
  }
}

/** How much more memory the box may have needed: what the stores hold, and no more than came, copies counted (bytes). */
export function memoryAllowed(outcome: Outcome): number {
  const sizes = sizesOfStores()
  const stores = new Set(outcome.names.flatMap((name) => ATTACKS[name]?.fills ?? []))
  const room = [...stores].reduce((sum, store) => sum + sizes[store], 0)
  return WORK_BYTES + Math.min(room, outcome.report.bytes * MOST_COPIES)
}

/** What is wrong with what an attack did to the box; empty: nothing. */
export function complaints(outcome: Outcome): string[] {
  const { ended, silence, silenceBeside, lost, memory, disk, log, report } = outcome
  const most = memoryAllowed(outcome)
  const mostDisk = report.bytes * MOST_DISK_SHARE + DISK_WORK_BYTES
  const mostLog = Math.min(report.bytes * MOST_LOG_SHARE + LOG_WORK_BYTES, MOST_LOG_BYTES)
  const found: string[] = []
  const isIdle = outcome.names.every((name) => name === 'nothing')
  if (report.opened === 0 && !isIdle) found.push('no web socket was opened: it attacked nothing')
  if (ended !== undefined) found.push(`the box ended with ${ended}`)
  if (lost > 0) found.push(`${lost} calm connections were closed`)
  if (silence > MOST_SILENCE_MS + silenceBeside) {
    const beside = `on another box for ${silenceBeside.toFixed(0)} ms`
    found.push(`others heard nothing for ${silence.toFixed(0)} ms, ${beside}`)
  }
  if (memory > most) found.push(`${mb(memory)} more memory, not ${mb(most)}`)
  if (disk > mostDisk) found.push(`${mb(disk)} more on disk, not ${mb(mostDisk)}`)
  if (log > mostLog) found.push(`${mb(log)} of log, not ${mb(mostLog)}`)
  return found.map((text) => `${outcome.name}: ${text}`)
}

/** Likewise, of a start after attacks. @param before a start before them */
export function startComplaints(what: string, after: Starts, before: Starts): string[] {
  const usual = Math.max(before.attacked, after.beside)
  if (after.attacked <= usual + MOST_LATER_START_MS) return []
  const [ms, usualMs] = [after.attacked, usual].map((time) => time.toFixed(0))
  return [`${what}: the next start took ${ms} ms, else it is ${usualMs} ms`]
}

/** A table of what was measured, as Markdown. */
export function tableOf(outcomes: readonly Outcome[], starts: ReadonlyMap<string, string>): string {
  const rows = outcomes.map(
    ({ name, names, silence, silenceBeside, ended, memory, disk, report }) => [
      names.map((each) => ATTACKS[each]?.title ?? each).join('; '),
      `${silence.toFixed(0)} ms`,
      `${silenceBeside.toFixed(0)} ms`,
      ended === undefined ? mb(memory) : `ended with ${ended} at ${mb(memory)}`,
      mb(disk),
      report.bytes > 0 ? (disk / report.bytes).toFixed(2) : '',
      mb(report.bytes),
      starts.get(name) ?? '',
    ],
  )
  const head = [
    'attack',
    'silence',
    'elsewhere',
    'memory',
    'disk',
    'disk per byte',
    'sent',
    'next start',
  ]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [head, head.map(() => '---'), ...rows].map(line).join('\n')
}

function mb(bytes: number): string {
  return `${megabytes(bytes)} MB`
}
