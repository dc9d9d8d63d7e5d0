import { statSync } from 'node:fs'
import type { Database } from './database.ts'

/** How much is stored. */
export interface Totals {
  readonly sessions: number
  readonly snapshots: number
  readonly files: number
  readonly fileBytes: number
  /** on disk, the write-ahead log included */
  readonly databaseBytes: number
}

export function totalsOf(db: Database): () => Totals {
  const totals = db.prepare<[], Omit<Totals, 'databaseBytes'>>(
    'SELECT sessions, snapshots, files, file_bytes AS fileBytes FROM totals',
  )
  return () => {
    const row = totals.get()
    if (!row) throw new Error('the totals are missing from the database')
    return { ...row, databaseBytes: sizeOf(db.name) + sizeOf(`${db.name}-wal`) }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
