import { randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { commitCountIn } from '../db/commit-count.ts'
import { closeDatabase, type Database, openDatabase, openReader } from '../db/database.ts'
import type { FileRecord } from '../db/files.ts'
import { MIGRATIONS } from '../db/migrations.ts'
import { quickCheck } from '../db/quick-check.ts'
import { type LogContents, missingCommits, replay } from '../journal/replay.ts'
import { transactionIn } from '../journal/transaction.ts'
import { BackupError } from './backup-error.ts'
import { DATABASE_NAME, lockBox } from './box-folder.ts'
import type { OnProgress } from './progress.ts'

/** Copied before others get their turn: about a millisecond. */
const PAGES_PER_STEP = 100
/** A copy of the database, and what SQLite lays beside it; a copy of the apps. */
const COPY_NAME = /^backup-[\da-f-]{36}\.(sqlite(-journal|-wal|-shm)?|apps)$/

/** What a database holds, as far as a backup has to know. */
export interface Contents {
  readonly schemaVersion: number
  readonly sessions: number
  readonly files: readonly FileRecord[]
}

/** Where in the box's folder a copy can be for a while. */
export function newCopyPath(dir: string): string {
  return join(dir, `backup-${randomUUID()}.sqlite`)
}

/** Removes all copies in the folder: to be called when no other backup is at work there. */
export async function removeCopies(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => COPY_NAME.test(name))
  await Promise.all(names.map((name) => rm(join(dir, name), { recursive: true, force: true })))
}

/**
 * Copies the box's database, which may be in use, as it is at one moment.
 * @param dir the box's folder
 * @throws {BackupError} if a newer box made it, or it can be copied only while the box is stopped
 */
export async function copyDatabase(
  dir: string,
  copyPath: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> {
  const reader = openReader(join(dir, DATABASE_NAME))
  let unlock = () => {}
  try {
    if (reader.pragma('journal_mode', { simple: true }) !== 'wal') unlock = lockStopped(dir)
    refuseNewer(reader)
    holdMoment(reader)
    const pageBytes = Number(reader.pragma('page_size', { simple: true }))
    await reader.backup(copyPath, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted()
        const doneBytes = (totalPages - remainingPages) * pageBytes
        onProgress({
          step: 'copying the database',
          doneBytes,
          totalBytes: totalPages * pageBytes,
        })
        return PAGES_PER_STEP
      },
    })
  } finally {
    reader.close()
    unlock()
  }
}

/**
 * Brings what the commit log had before the copy was made into the copy, as the next start of the box would.
 */
export function bringUpToDate(copyPath: string, log: LogContents, wallTime: () => number): void {
  if (log.every((file) => !file?.length)) return
  const mark = reading(copyPath, (db) => commitCountIn(db).read())
  if (missingCommits(log, mark).length === 0) return
  const db = openDatabase(copyPath)
  try {
    // What the box would trim is trimmed after the next start.
    replay(log, mark, transactionIn(db, { wallTime, keptSnapshots: Number.MAX_SAFE_INTEGER }))
  } finally {
    closeDatabase(db)
  }
}

/** Reads a database that nobody uses. */
export function readContents(path: string): Contents {
  return reading(path, (db) => ({
    schemaVersion: schemaVersionOf(db),
    sessions: countSessions(db),
    files: db.prepare<[], FileRecord>('SELECT path, bytes FROM files ORDER BY path').all(),
  }))
}

/**
 * Checks a database that nobody uses.
 * @returns how many sessions it holds
 * @throws {BackupError} if it is damaged, or not of this schema
 */
export function checkDatabase(path: string, schemaVersion: number): number {
  try {
    const [finding] = quickCheck(path)
    if (finding !== undefined) throw new Error(finding)
    return reading(path, (db) => {
      const found = schemaVersionOf(db)
      if (found !== schemaVersion) throw new Error(`schema ${found}, not ${schemaVersion}`)
      return countSessions(db)
    })
  } catch (cause) {
    const { message } = cause as Error
    throw new BackupError(`the backup's database is damaged (${message}): use another backup`, {
      cause,
    })
  }
}

/** Without a write-ahead log, as on network drives, whoever reads holds up the commits of a box. */
function lockStopped(dir: string): () => void {
  try {
    return lockBox(dir)
  } catch (cause) {
    throw new BackupError(
      `on the drive of ${dir} a backup needs the box to be stopped: stop it first`,
      {
        cause,
      },
    )
  }
}

/** A copy in several steps starts over whenever somebody commits, unless a read has begun before. */
function holdMoment(reader: Database): void {
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM sqlite_schema').get()
}

function refuseNewer(reader: Database): void {
  const version = schemaVersionOf(reader)
  if (version <= MIGRATIONS.length) return
  throw new BackupError(
    `the box's database has schema ${version}, and this program knows up to ${MIGRATIONS.length}: ` +
      'use the version of the program that the box runs',
  )
}

function reading<T>(path: string, read: (db: Database) => T): T {
  const db = openReader(path)
  try {
    return read(db)
  } finally {
    db.close()
  }
}

function schemaVersionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

function countSessions(db: Database): number {
  return Number(db.prepare('SELECT count(*) FROM sessions').pluck().get())
}
