import { readFileSync } from 'node:fs'
import { tellsDamage } from '../db/database.ts'
import { whyUnavailable } from '../db/unavailable.ts'
import type { JournalEntry } from '../session/record.ts'
import type { LogPaths } from './commit-log.ts'
import { type CommitRecord, checksumSeed, decodeRecords } from './commit-record.ts'
import type { Transaction } from './transaction.ts'
import type { DatabaseMark } from './watermark.ts'

/** What is in the files of a commit log; undefined for one that is not there. */
export type LogContents = ReadonlyArray<Buffer | undefined>

export function readLog(paths: LogPaths): LogContents {
  return paths.map(readIfThere)
}

/**
 * Brings into a database the commits that only its log has.
 * @returns why it has not all that clients saw even so; undefined: nothing tells so
 * @throws {Error} if the database is damaged, or cannot be written for now
 */
export function replay(
  log: LogContents,
  database: DatabaseMark,
  commit: Transaction,
): string | undefined {
  const doubts: string[] = []
  let next = database.commits + 1
  for (const record of missingCommits(log, database)) {
    // A commit that was tried again, after it had been written.
    if (record.number < next) continue
    if (record.number > next) {
      doubts.push(`its log goes on at commit ${record.number}, and it at ${next}`)
      break
    }
    doubts.push(...repeat(record, commit))
    next += 1
  }
  return doubts[0]
}

/** The commits that the database has not, in order. */
export function missingCommits(log: LogContents, { id, commits }: DatabaseMark): CommitRecord[] {
  const seed = checksumSeed(id)
  return log
    .flatMap((file) => (file ? [...decodeRecords(seed, file)] : []))
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
