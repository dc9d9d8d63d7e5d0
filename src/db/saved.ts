import type { SavedRecord } from '../session/record.ts'
import type { Database } from './database.ts'
import { filesIn } from './files.ts'

/** What apps saved last, by app and persistent id. */
export interface Saved {
  /** Takes it in place of what was saved before, whose file stays for a while: someone may have just been told of it. */
  put(record: SavedRecord, wallTime: number): void
  pathOf(appId: string, persistentId: string): string | undefined
}

export function savedIn(db: Database): Saved {
  const put = db.prepare<[string, string, string, number]>(`
    INSERT INTO saved (app_id, persistent_id, path, saved_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (app_id, persistent_id) DO UPDATE SET path = excluded.path, saved_at = excluded.saved_at`)
  const pathOf = db.prepare<[string, string], { path: string }>(
    'SELECT path FROM saved WHERE app_id = ? AND persistent_id = ?',
  )
  const { touch } = filesIn(db)
  return {
    put: ({ appId, persistentId, path }, wallTime) => {
      const before = pathOf.get(appId, persistentId)
      if (before) touch(before.path, wallTime)
      put.run(appId, persistentId, path, wallTime)
    },
    pathOf: (appId, persistentId) => pathOf.get(appId, persistentId)?.path,
  }
}
