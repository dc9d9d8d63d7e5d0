import type { Database } from './database.ts'

/** Rows read at once: well under a millisecond. */
const SLICE_ROWS = 200

/** A session as whoever runs the box looks for it. */
export interface KnownSession {
  /** of `Sessions` */
  readonly key: number
  readonly id: string
  readonly name: string
  readonly appId: string | null
  readonly pageUrl: string
  /** wall time, ms */
  readonly createdAt: number
  /** when somebody was in it last, to a few seconds; wall time, ms */
  readonly visitedAt: number
}

/** What is stored of sessions, to be looked through. */
export interface SessionIndex {
  /** Some of the sessions, in the order of their keys, from after `key`; none at the end. 0 is before all. */
  after(key: number): readonly KnownSession[]
  /** The files of its snapshots that are there. */
  snapshotsOf(key: number): { readonly count: number; readonly bytes: number }
}

export function sessionIndexIn(db: Database): SessionIndex {
  const after = db.prepare<[number], KnownSession>(`
    SELECT id AS key, session_id AS id, name, app_id AS appId, page_url AS pageUrl,
      created_at AS createdAt, visited_at AS visitedAt
    FROM sessions WHERE sessions.id > ? ORDER BY sessions.id LIMIT ${SLICE_ROWS}`)
  const snapshotsOf = db.prepare<[number], { count: number; bytes: number }>(`
    SELECT count(*) AS count, coalesce(sum(bytes), 0) AS bytes
    FROM snapshots JOIN files USING (path) WHERE session = ?`)
  return {
    after: (key) => after.all(key),
    snapshotsOf: (key) => snapshotsOf.get(key) ?? { count: 0, bytes: 0 },
  }
}
