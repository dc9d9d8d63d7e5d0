import type { SessionState, StateChanges } from '../session/record.ts'
import type { Database } from './database.ts'

interface SessionRow {
  readonly id: number
  readonly session_id: string
  readonly name: string
  readonly app_id: string | null
  readonly persistent_id: string | null
  readonly is_app_unknown: number
  readonly page_url: string
  readonly timeline: string
  readonly tove: string | null
  readonly time: number
  readonly position: number
  readonly tick: number
  readonly delay: number
  readonly scale: number
  readonly flags: string
  readonly completed_tallies: string
  readonly persisted_path: string | null
  readonly leave_delay: number
}

export interface FoundSession {
  readonly key: number
  readonly state: SessionState
  /** ms */
  readonly leaveDelay: number
}

/** The sessions. Their `key` names one timeline of one session and is never used again. */
export interface Sessions {
  find(sessionId: string): FoundSession | undefined
  timelineOf(sessionId: string): { readonly key: number; readonly timeline: string } | undefined
  /** Stores what the session is now, under the key it has or a new one. */
  put(sessionId: string, state: SessionState, wallTime: number): number
  /** Stores what changed of its state. */
  change(key: number, changes: StateChanges, wallTime: number): void
  /** Moves the session on to what it is after more messages. Its time never goes back. */
  advance(key: number, time: number, position: number, wallTime: number): void
  /** Moves its time alone on, never back. */
  reserve(key: number, time: number, wallTime: number): void
  putLeaveDelay(key: number, leaveDelay: number): void
  remove(key: number): void
  /** Gives it another timeline, so that clients start it over from what is stored. */
  renewTimeline(sessionId: string): void
  /** Gives each session another timeline, so that clients start it over from what is stored. */
  renewTimelines(): void
}

export function sessionsIn(db: Database): Sessions {
  const find = db.prepare<[string], SessionRow>('SELECT * FROM sessions WHERE session_id = ?')
  const timelineOf = db.prepare<[string], { key: number; timeline: string }>(
    'SELECT id AS key, timeline FROM sessions WHERE session_id = ?',
  )
  const put = db.prepare<[object], { id: number }>(`
    INSERT INTO sessions (
      session_id, name, app_id, persistent_id, is_app_unknown, page_url, timeline, tove, time, position, tick, delay,
      scale, flags, completed_tallies, persisted_path, created_at, visited_at
    ) VALUES (
      @session_id, @name, @app_id, @persistent_id, @is_app_unknown, @page_url, @timeline, @tove, @time, @position, @tick, @delay,
      @scale, @flags, @completed_tallies, @persisted_path, @wallTime, @wallTime
    ) ON CONFLICT (session_id) DO UPDATE SET -- the rest is the same all along a timeline
      name = @name, app_id = @app_id, persistent_id = @persistent_id, is_app_unknown = @is_app_unknown, page_url = @page_url, time = @time, position = @position, tick = @tick, delay = @delay,
      scale = @scale, flags = @flags, completed_tallies = @completed_tallies, visited_at = @wallTime
    RETURNING id`)
  const advance = db.prepare<[number, number, number, number]>(
    'UPDATE sessions SET time = max(time, ?), position = ?, visited_at = ? WHERE id = ?',
  )
  const reserve = db.prepare<[number, number, number]>(
    'UPDATE sessions SET time = max(time, ?), visited_at = ? WHERE id = ?',
  )
  const putLeaveDelay = db.prepare<[number, number]>(
    'UPDATE sessions SET leave_delay = ? WHERE id = ?',
  )
  const visit = db.prepare<[number, number]>('UPDATE sessions SET visited_at = ? WHERE id = ?')
  const change = changerIn(db)
  const remove = db.prepare<[number]>('DELETE FROM sessions WHERE id = ?')
  const renewOne = db.prepare<[string]>(
    'UPDATE sessions SET timeline = lower(hex(randomblob(12))) WHERE session_id = ?',
  )
  const renew = db.prepare<[]>('UPDATE sessions SET timeline = lower(hex(randomblob(12)))')
  return {
    find: (sessionId) => {
      const row = find.get(sessionId)
      return row && { key: row.id, state: stateOf(row), leaveDelay: row.leave_delay }
    },
    timelineOf: (sessionId) => timelineOf.get(sessionId),
    put: (sessionId, state, wallTime) => {
      const row = put.get({ ...columnsOf(sessionId, state), wallTime })
      if (!row) throw new Error('no row came back from storing a session')
      return row.id
    },
    advance: (key, time, position, wallTime) => {
      advance.run(time, position, wallTime, key)
    },
    reserve: (key, time, wallTime) => {
      reserve.run(time, wallTime, key)
    },
    change: (key, changes, wallTime) => {
      change(key, changes)
      visit.run(wallTime, key)
    },
    putLeaveDelay: (key, leaveDelay) => {
      putLeaveDelay.run(leaveDelay, key)
    },
    remove: (key) => {
      remove.run(key)
    },
    renewTimeline: (sessionId) => {
      renewOne.run(sessionId)
    },
    renewTimelines: () => {
      renew.run()
    },
  }
}

/** What may change of a state, and the column that it is in. */
const CHANGING = {
  name: 'name',
  appId: 'app_id',
  persistentId: 'persistent_id',
  isAppUnknown: 'is_app_unknown',
  pageUrl: 'page_url',
  time: 'time',
  tick: 'tick',
  delay: 'delay',
  scale: 'scale',
  flags: 'flags',
  completedTallies: 'completed_tallies',
} as const satisfies Record<keyof StateChanges, keyof SessionRow>

function changerIn(db: Database): (key: number, changes: StateChanges) => void {
  const updates = new Map(
    Object.entries(CHANGING).map(([field, column]) => [
      field,
      db.prepare<[unknown, number]>(`UPDATE sessions SET ${column} = ? WHERE id = ?`),
    ]),
  )
  return (key, changes) => {
    for (const [field, value] of Object.entries(changes)) {
      updates.get(field)?.run(columnOf(value), key)
    }
  }
}

function columnOf(value: StateChanges[keyof StateChanges]): string | number | null | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function columnsOf(sessionId: string, state: SessionState): Omit<SessionRow, 'id' | 'leave_delay'> {
  return {
    session_id: sessionId,
    name: state.name,
    app_id: state.appId ?? null,
    persistent_id: state.persistentId ?? null,
    is_app_unknown: state.isAppUnknown ? 1 : 0,
    page_url: state.pageUrl,
    timeline: state.timeline,
    tove: state.tove ?? null,
    time: state.time,
    position: state.position,
    tick: state.tick,
    delay: state.delay,
    scale: state.scale,
    flags: JSON.stringify(state.flags),
    completed_tallies: JSON.stringify(state.completedTallies),
    persisted_path: state.persistedPath ?? null,
  }
}

function stateOf(row: SessionRow): SessionState {
  return {
    name: row.name,
    appId: row.app_id ?? undefined,
    persistentId: row.persistent_id ?? undefined,
    isAppUnknown: row.is_app_unknown === 1,
    pageUrl: row.page_url,
    timeline: row.timeline,
    tove: row.tove ?? undefined,
    time: row.time,
    position: row.position,
    tick: row.tick,
    delay: row.delay,
    scale: row.scale,
    flags: JSON.parse(row.flags),
    completedTallies: JSON.parse(row.completed_tallies),
    persistedPath: row.persisted_path ?? undefined,
  }
}
