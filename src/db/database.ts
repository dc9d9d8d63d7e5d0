import Sqlite from 'better-sqlite3'
import { migrate } from './migrations.ts'

export type Database = Sqlite.Database

/** How long to wait for another program, such as a backup, that holds the database. */
const BUSY_TIMEOUT_MS = 5000
/** Length of the write-ahead log at which a commit moves it into the main file by itself. */
const WAL_LIMIT_PAGES = 4000
/** What the write-ahead log is cut back to when a burst has made it longer. */
const WAL_KEPT_BYTES = 16 * 1024 * 1024

/**
 * Opens the box's database, made and brought up to date if need be.
 * @throws {Error} in words for the person who runs the box, if the file is no database or a newer one
 */
export function openDatabase(path: string): Database {
  const db = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS })
  try {
    migrate(db)
    db.pragma('journal_mode = WAL')
    // Commits survive the end of the process; the disk is only waited for at checkpoints.
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    // Only a backstop: waiting for the disk within a commit would hold up whoever waits for the commit.
    db.pragma(`wal_autocheckpoint = ${WAL_LIMIT_PAGES}`)
    db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
    return db
  } catch (error) {
    db.close()
    throw explained(path, error)
  }
}

/** A second connection, on which a long read sees one state of the database while the first commits. */
export function openReader(path: string): Database {
  return new Sqlite(path, { readonly: true, timeout: BUSY_TIMEOUT_MS })
}

/** Moves what is committed into the main file, as far as readers allow. Waits for the disk. */
export function checkpoint(db: Database): void {
  db.pragma('wal_checkpoint(PASSIVE)')
}

/** Closes the database with everything in its main file, ready to be copied. */
export function closeDatabase(db: Database): void {
  if (!db.open) return
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

function explained(path: string, error: unknown): Error {
  const { code, message } = error as { code?: string; message: string }
  if (code === 'SQLITE_NOTADB') return new Error(`${path} is not a database`, { cause: error })
  return new Error(`cannot open the database ${path}: ${message}`, { cause: error })
}
