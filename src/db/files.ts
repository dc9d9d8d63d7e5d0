import type { Database } from './database.ts'

/** An uploaded file. */
export interface FileRecord {
  /** below the upload folder */
  readonly path: string
  readonly bytes: number
}

/** The uploaded files. */
export interface Files {
  /** Adds it, or notes that it is in use again: it is not garbage for a while. */
  put(file: FileRecord, wallTime: number): void
  /** Notes that it is in use again, if it is known. */
  touch(path: string, wallTime: number): void
  /** The same for all files that a session needs, which is about to let go of them. */
  touchAllOf(session: number, wallTime: number): void
}

export function filesIn(db: Database): Files {
  const put = db.prepare<[string, number, number]>(`
    INSERT INTO files (path, bytes, used_at) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, used_at = excluded.used_at`)
  const touch = db.prepare<[number, string]>('UPDATE files SET used_at = ? WHERE path = ?')
  const touchAllOf = db.prepare<{ session: number; wallTime: number }>(`
    UPDATE files SET used_at = @wallTime WHERE path IN (
      SELECT path FROM snapshots WHERE session = @session
      UNION ALL SELECT persisted_path FROM sessions WHERE id = @session)`)
  return {
    put: ({ path, bytes }, wallTime) => {
      put.run(path, bytes, wallTime)
    },
    touch: (path, wallTime) => {
      touch.run(wallTime, path)
    },
    touchAllOf: (session, wallTime) => {
      touchAllOf.run({ session, wallTime })
    },
  }
}
