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
}

export function filesIn(db: Database): Files {
  const put = db.prepare<[string, number, number]>(`
    INSERT INTO files (path, bytes, used_at) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, used_at = excluded.used_at`)
  return {
    put: ({ path, bytes }, wallTime) => {
      put.run(path, bytes, wallTime)
    },
  }
}
