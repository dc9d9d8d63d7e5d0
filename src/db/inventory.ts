import type { Database } from './database.ts'
import { type FileRecord, filesIn } from './files.ts'
import { isReferenced } from './references.ts'

/** Rows read at once: well under a millisecond. */
const SLICE_ROWS = 200

/** The index of uploaded files, to be compared with what is on disk. */
export interface FileIndex {
  /** size of the file as it was stored; undefined: the index does not know it */
  bytesOf(path: string): number | undefined
  /** Some of the files, in an order of their own, from after `path`; none at the end. "" is before all. */
  after(path: string): readonly FileRecord[]
  /** Whether a snapshot, or what an app saved, is in this file. */
  isNeeded(path: string): boolean
  /** Adds and removes in one transaction. @param usedAt of what is added, wall time in ms */
  change(added: readonly FileRecord[], removed: readonly string[], usedAt: number): void
}

export function fileIndexIn(db: Database): FileIndex {
  const { put } = filesIn(db)
  const bytesOf = db.prepare<[string], number>('SELECT bytes FROM files WHERE path = ?').pluck()
  const after = db.prepare<[string], FileRecord>(
    `SELECT path, bytes FROM files WHERE path > ? ORDER BY path LIMIT ${SLICE_ROWS}`,
  )
  const isNeeded = db.prepare<{ path: string }, 0 | 1>(`SELECT ${isReferenced('@path')}`).pluck()
  const remove = db.prepare<[string]>('DELETE FROM files WHERE path = ?')
  const change = db.transaction(
    (added: readonly FileRecord[], removed: readonly string[], usedAt: number) => {
      for (const file of added) put(file, usedAt)
      for (const path of removed) remove.run(path)
    },
  )
  return {
    bytesOf: (path) => bytesOf.get(path),
    after: (path) => after.all(path),
    isNeeded: (path) => isNeeded.get({ path }) === 1,
    change: (added, removed, usedAt) => {
      change(added, removed, usedAt)
    },
  }
}
