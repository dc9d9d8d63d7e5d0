import type { SnapshotRecord } from '../session/record.ts'
import type { Database } from './database.ts'

/** How many snapshots of a session are kept: a newer one's file may turn out to be gone. */
const KEPT = 3

/** The snapshots of each session. `session` is a key of `Sessions`. */
export interface Snapshots {
  /** Adds it, or takes it in place of the one of that time: a lost file may be uploaded again. */
  put(session: number, snapshot: SnapshotRecord, wallTime: number): void
  newestFirst(session: number): readonly SnapshotRecord[]
  /** Forgets all but the newest few; tells the position of the oldest that is left. */
  thin(session: number): number | undefined
  removeAll(session: number): void
}

export function snapshotsIn(db: Database): Snapshots {
  const put = db.prepare<[number, number, number, number, string, string, number]>(`
    INSERT INTO snapshots (session, time, seq, position, hash, path, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (session, time) DO UPDATE SET seq = excluded.seq, position = excluded.position,
      hash = excluded.hash, path = excluded.path, created_at = excluded.created_at`)
  const newestFirst = db.prepare<[number], SnapshotRecord>(`
    SELECT path, hash, time, seq, position FROM snapshots WHERE session = ? ORDER BY time DESC`)
  const thin = db.prepare<{ session: number }>(`
    DELETE FROM snapshots WHERE session = @session AND time < (
      SELECT time FROM snapshots WHERE session = @session ORDER BY time DESC LIMIT 1 OFFSET ${KEPT - 1})`)
  const oldest = db.prepare<[number], { position: number }>(
    'SELECT position FROM snapshots WHERE session = ? ORDER BY time LIMIT 1',
  )
  const removeAll = db.prepare<[number]>('DELETE FROM snapshots WHERE session = ?')
  return {
    put: (session, { time, seq, position, hash, path }, wallTime) => {
      put.run(session, time, seq, position, hash, path, wallTime)
    },
    newestFirst: (session) => newestFirst.all(session),
    thin: (session) => {
      thin.run({ session })
      return oldest.get(session)?.position
    },
    removeAll: (session) => {
      removeAll.run(session)
    },
  }
}
