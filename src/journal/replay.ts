import { readFileSync } from 'node:fs'
import { tellsDamage } from '../db/database.ts'
import { whyUnavailable } from '../db/unavailable.ts'
import type { JournalEntry } from '../session/record.ts'
import type { LogPaths } from './commit-log.ts'
import { type CommitRecord, checksumSeed, decodeRecords } from './commit-record.ts'
import type { Transaction } from './transaction.ts'
import type { DatabaseMark } from './watermark.ts'

/** What came of reading a commit log. */
export interface Replay {
  readonly hasLog: boolean
  /** why the database has not all that clients saw; undefined: nothing tells so */
  readonly doubt: string | undefined
}

/**
 * Brings into a database the commits that only its log has.
 * @throws {Error} if the database is damaged, or cannot be written for now
 */
export function replay(paths: LogPaths, database: DatabaseMark, commit: Transaction): Replay {
  const logs = paths.map(readIfThere)
  const hasLog = logs.every((log) => log !== undefined)
  const doubts: string[] = []
  let next = database.commits + 1
  for (const record of recordsAfter(database, logs)) {
    if (record.number !== next) {
      doubts.push(`its log goes on at commit ${record.number}, and it at ${next}`)
      break
    }
    doubts.push(...repeat(record, commit))
    next += 1
  }
  return { hasLog, doubt: doubts[0] }
}

/** The commits that the database has not, in order. */
function recordsAfter(
  { id, commits }: DatabaseMark,
  logs: ReadonlyArray<Buffer | undefined>,
): CommitRecord[] {
  return logs
    .flatMap((log) => (log ? [...decodeRecords(checksumSeed(id), log)] : []))
    .filter(({ number }) => number > commits)
    .sort((one, other) => one.number - other.number)
}

/**
 * Commits as much of the record as the database takes: what it refuses, by a mistake of the box, must not
 * keep the box from starting. Tells what it refused.
 */
function repeat({ entries, number }: CommitRecord, commit: Transaction): string[] {
  if (refusal(commit, entries, number) === undefined) return []
  return entries.flatMap((entry) => refusal(commit, [entry], number) ?? [])
}

function refusal(
  commit: Transaction,
  entries: readonly JournalEntry[],
  number: number,
): string | undefined {
  try {
    commit(entries, number)
    return undefined
  } catch (error) {
    if (tellsDamage(error) || whyUnavailable(error) !== undefined) throw error
    return `it does not take commit ${number} of its log: ${(error as Error).message}`
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}
