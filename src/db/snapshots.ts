import type { SnapshotRecord } from '../session/record.ts'
import type { Database } from './database.ts'

/** The snapshots of each session. `session` is a key of `Sessions`. */
export interface Snapshots {
  /** Adds it, or takes it in place of the one of that time: a lost file may be uploaded again. */
  put(session: number, snapshot: SnapshotRecord, wallTime: number): void
  /**
   * Those that the session can fall back to; there may be older ones, whose messages are gone.
   * @param kept how many it can fall back to: a newer one's file may turn out to be gone
   */
  newestFirst(session: number, kept: number): readonly SnapshotRecord[]
  /**
   * Position of the last message that none of those needs. Undefined while there are fewer than
   * `kept`: if all are lost, the session starts from its beginning and all messages.
   */
  needlessThrough(session: number, kept: number): number | undefined
  removeAll(session: number): void
}

export function snapshotsIn(db: Database): Snapshots {
  const put = db.prepare<[number, number, number, number, string, string, number]>(`
    INSERT INTO snapshots (session, time, seq, position, hash, path, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (session, time) DO UPDATE SET seq = excluded.seq, position = excluded.position,
      hash = excluded.hash, path = excluded.path, created_at = excluded.created_at`)
  const newestFirst = db.prepare<[number, number], SnapshotRecord>(`
    SELECT path, hash, time, seq, position FROM snapshots WHERE session = ? ORDER BY time DESC LIMIT ?`)
  const removeAll = db.prepare<[number]>('DELETE FROM snapshots WHERE session = ?')
  return {
    put: (session, { time, seq, position, hash, path }, wallTime) => {
      put.run(session, time, seq, position, hash, path, wallTime)
    },
    newestFirst: (session, kept) => newestFirst.all(session, kept),
    needlessThrough: (session, kept) => newestFirst.all(session, kept)[kept - 1]?.position,
    removeAll: (session) => {
      removeAll.run(session)
    },
  }
}
