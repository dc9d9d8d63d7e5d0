import { statfsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { migrate } from './migrations.ts'

export type Database = Sqlite.Database

/** How long to wait for another program, such as a backup, that holds the database. */
const BUSY_TIMEOUT_MS = 1000
/** How long to wait for those who still read when all is over. */
const CLOSE_TIMEOUT_MS = 500
/** Length of the write-ahead log at which a commit moves it into the main file by itself. */
const WAL_LIMIT_PAGES = 4000
/** What the write-ahead log is cut back to when a burst has made it longer. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024

export interface DatabaseOptions {
  /** what commits outlive; with `process`, a power failure may undo the last ones, but damages nothing */
  readonly durability?: 'process' | 'power'
  /** `rollback` for a file system that the shared memory of a write-ahead log cannot be trusted to */
  readonly journalMode?: 'wal' | 'rollback'
}

/**
 * Opens the box's database, made and brought up to date if need be.
 * @throws {Error} in words for the person who runs the box, if the file is no database, a damaged or a newer one
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const { durability = 'process', journalMode = 'wal' } = options
  const db = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    // For as long as no other connection may come in, a write-ahead log is read without shared memory.
    if (journalMode === 'rollback') db.pragma('locking_mode = EXCLUSIVE')
    migrate(db)
    if (journalMode === 'rollback') db.pragma('journal_mode = TRUNCATE')
    else appendToLog(db)
    db.pragma('locking_mode = NORMAL')
    // How often to wait for the disk. NORMAL does so at checkpoints only, and in a rollback journal too
    // rarely to rule out damage.
    const isEachCommitSynced = durability === 'power' || journalMode === 'rollback'
    db.pragma(`synchronous = ${isEachCommitSynced ? 'FULL' : 'NORMAL'}`)
    // macOS: wait for the disk itself, which may hold back what it was given.
    db.pragma(`fullfsync = ${isEachCommitSynced ? 'ON' : 'OFF'}`)
    db.pragma('foreign_keys = ON')
    // Reads the schema, so that damage shows here, and lets other connections in.
    db.prepare('SELECT 1 FROM sqlite_schema').get()
    return db
  } catch (error) {
    db.close()
    throw explained(path, error)
  }
}

function appendToLog(db: Database): void {
  db.pragma('journal_mode = WAL')
  // Only a backstop: waiting for the disk within a commit would hold up whoever waits for the commit.
  db.pragma(`wal_autocheckpoint = ${WAL_LIMIT_PAGES}`)
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
}

/**
 * A second connection, on which a long read sees one state of the database while the first commits.
 * With a rollback journal no commit succeeds while it reads: there it is for short reads alone.
 */
export function openReader(path: string): Database {
  return new Sqlite(path, { readonly: true, timeout: BUSY_TIMEOUT_MS })
}

/** How many rows were changed on this connection, so far. */
export function changesIn(db: Database): () => number {
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck()
  return () => changes.get() ?? 0
}

/**
 * Resolves when the write-ahead log is on the disk; commits go on meanwhile. The checkpoint that follows
 * has little left to wait for.
 */
export async function flushLog(db: Database): Promise<void> {
  if (!isAppendingToLog(db)) return
  const log = await open(`${db.name}-wal`, 'r+')
  try {
    await log.datasync()
  } finally {
    await log.close()
  }
}

/** Moves what is committed into the main file, as far as readers allow. Waits for the disk. */
export function checkpoint(db: Database): void {
  db.pragma('wal_checkpoint(PASSIVE)')
}

/**
 * Closes the database with everything in its main file, ready to be copied; if another program goes on
 * reading it, what it may need stays in the log, where the next who opens it finds it.
 */
export function closeDatabase(db: Database): void {
  if (!db.open) return
  db.pragma(`busy_timeout = ${CLOSE_TIMEOUT_MS}`)
  if (isAppendingToLog(db)) db.pragma('wal_checkpoint(TRUNCATE)')
  // Removes the rollback journal, which is empty between commits.
  else db.pragma('journal_mode = DELETE')
  db.close()
}

/** Whether the error says that the file is damaged, or no database at all. */
export function tellsDamage(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')
}

function isAppendingToLog(db: Database): boolean {
  return db.pragma('journal_mode', { simple: true }) === 'wal'
}

function explained(path: string, error: unknown): Error {
  return new Error(reasonFor(path, error), { cause: error })
}

function reasonFor(path: string, error: unknown): string {
  const { message } = error as Error
  const wayOut =
    'restore a backup; or, to start without sessions, move this file away and those beside it whose ' +
    'names begin the same (uploads stay)'
  if (codeOf(error) === 'SQLITE_NOTADB') return `${path} is not a database: ${wayOut}`
  if (tellsDamage(error)) return `the database ${path} is damaged (${message}): ${wayOut}`
  if (codeOf(error).startsWith('SQLITE_BUSY')) {
    return `another program holds the database ${path}: wait until it is done, or end it`
  }
  if (isFull(dirname(path))) {
    return `the disk with the database ${path} is full: make room, and start the box again`
  }
  return `cannot open the database ${path}: ${message}`
}

/** Whether its disk has no room at all: SQLite needs some even to read, and calls what it meets an I/O error. */
function isFull(folder: string): boolean {
  try {
    return statfsSync(folder).bavail === 0
  } catch {
    return false
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
