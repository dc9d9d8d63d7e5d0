import type { SnapshotRecord } from '../session/record.ts'
import type { Database } from './database.ts'

/** How many snapshots are listed: well under a millisecond. */
const LISTED_ROWS = 100

/** A snapshot as whoever runs the box sees it. */
export interface StoredSnapshot {
  /** teatime, ms */
  readonly time: number
  /** wall time, ms */
  readonly createdAt: number
  /** of its file; undefined: it is not there */
  readonly bytes: number | undefined
}

/** The snapshots of each session. `session` is a key of `Sessions`. */
export interface Snapshots {
  /** The newest of a session's, the newest first. */
  stored(session: number): readonly StoredSnapshot[]
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
  const stored = db.prepare<[number], { time: number; createdAt: number; bytes: number | null }>(`
    SELECT time, created_at AS createdAt, (SELECT bytes FROM files WHERE path = snapshots.path) AS bytes
    FROM snapshots WHERE session = ? ORDER BY time DESC LIMIT ${LISTED_ROWS}`)
  return {
    stored: (session) =>
      stored.all(session).map((row) => ({ ...row, bytes: row.bytes ?? undefined })),
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
