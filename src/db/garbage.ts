import { announcedIn } from './announced.ts'
import type { Database } from './database.ts'
import { type FileRecord, type Files, filesIn } from './files.ts'
import { messagesIn } from './messages.ts'
import { isReferenced } from './references.ts'
import { sessionsIn } from './sessions.ts'
import { snapshotsIn } from './snapshots.ts'

/** Rows read at once, with a few look-ups for each: well under a millisecond. */
const PAGE_ROWS = 100
/** Snapshots read at once: each of them may have to be written twice. */
const SNAPSHOT_PAGE_ROWS = 50

export interface KnownSession {
  readonly key: number
  readonly sessionId: string
  /** wall time, ms */
  readonly visitedAt: number
  /** how many it has */
  readonly snapshots: number
}

export interface KnownSnapshot {
  /** teatime, ms */
  readonly time: number
  readonly path: string
  /** wall time, ms */
  readonly createdAt: number
}

export interface KnownSave {
  readonly appId: string
  readonly persistentId: string
  readonly path: string
  /** wall time, ms */
  readonly savedAt: number
}

export interface KnownFile extends FileRecord {
  /** wall time, ms */
  readonly usedAt: number
  /** a snapshot, saved data, or a session that started from it */
  readonly isReferenced: 0 | 1
}

/**
 * What may be garbage, to be walked page by page while others write, and its removal. Pages come in an
 * order of their own, from after the row that is named; the last is empty. What a removal lets go of is
 * in use up to then.
 */
export interface Garbage {
  /** @param key 0 is before all */
  sessionsAfter(key: number): readonly KnownSession[]
  /** A session's snapshots, the newest first. @param time Infinity is before all */
  snapshotsBefore(session: number, time: number): readonly KnownSnapshot[]
  /** @param persistentId "" is before all of the app; @param appId "" is before all */
  savesAfter(appId: string, persistentId: string): readonly KnownSave[]
  /** What was saved last for that id and app; empty if nothing was. */
  saveOf(appId: string, persistentId: string): readonly KnownSave[]
  /** Which app a stored session runs; undefined if it told none, or is not stored. */
  appOf(sessionId: string): string | undefined
  /** @param path "" is before all */
  filesAfter(path: string): readonly KnownFile[]
  /** Whether there is a session of that id and app, or what one saved. */
  hasOwner(appId: string, persistentId: string): boolean

  dropSnapshots(session: number, snapshots: readonly KnownSnapshot[], wallTime: number): void
  /** Removes it with its snapshots, and marks its messages as gone, unless it was visited since. */
  removeSession(key: number, visitedBefore: number, wallTime: number): boolean
  /** Forgets what was saved, unless that was since, or there is such a session. @returns what it forgot */
  removeSaves(saves: readonly KnownSave[], savedBefore: number, wallTime: number): KnownSave[]
  /** Takes files out of the index, unless they are needed or were used since. @returns those it took */
  removeFiles<File extends UnusedFile>(files: readonly File[]): File[]
}

export interface UnusedFile extends FileRecord {
  /** wall time, ms */
  readonly usedBefore: number
}

export function garbageIn(db: Database): Garbage {
  return { ...pagesOf(db), ...removalsFrom(db) }
}

const IS_REFERENCED = isReferenced('files.path')
const HAS_SESSION =
  'EXISTS (SELECT 1 FROM sessions WHERE persistent_id = @persistentId AND app_id = @appId)'
const HAS_SAVE =
  'EXISTS (SELECT 1 FROM saved WHERE app_id = @appId AND persistent_id = @persistentId)'

interface Owner {
  readonly appId: string
  readonly persistentId: string
}

type Removal = 'dropSnapshots' | 'removeSession' | 'removeSaves' | 'removeFiles'

function pagesOf(db: Database): Omit<Garbage, Removal> {
  const sessions = db.prepare<[number], KnownSession>(`
    SELECT id AS key, session_id AS sessionId, visited_at AS visitedAt,
      (SELECT count(*) FROM snapshots WHERE session = sessions.id) AS snapshots
    FROM sessions WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`)
  const snapshots = db.prepare<[number, number], KnownSnapshot>(`
    SELECT time, path, created_at AS createdAt FROM snapshots
    WHERE session = ? AND time < ? ORDER BY time DESC LIMIT ${SNAPSHOT_PAGE_ROWS}`)
  const saves = db.prepare<[string, string], KnownSave>(`
    SELECT app_id AS appId, persistent_id AS persistentId, path, saved_at AS savedAt FROM saved
    WHERE (app_id, persistent_id) > (?, ?) ORDER BY app_id, persistent_id LIMIT ${PAGE_ROWS}`)
  const save = db.prepare<[string, string], KnownSave>(`
    SELECT app_id AS appId, persistent_id AS persistentId, path, saved_at AS savedAt FROM saved
    WHERE app_id = ? AND persistent_id = ?`)
  const appOf = db
    .prepare<[string], string | null>('SELECT app_id FROM sessions WHERE session_id = ?')
    .pluck()
  const files = db.prepare<[string], KnownFile>(`
    SELECT path, bytes, used_at AS usedAt, ${IS_REFERENCED} AS isReferenced
    FROM files WHERE path > ? ORDER BY path LIMIT ${PAGE_ROWS}`)
  const hasOwner = db.prepare<Owner, 0 | 1>(`SELECT ${HAS_SESSION} OR ${HAS_SAVE}`).pluck()
  return {
    sessionsAfter: (key) => sessions.all(key),
    snapshotsBefore: (session, time) => snapshots.all(session, time),
    savesAfter: (appId, persistentId) => saves.all(appId, persistentId),
    saveOf: (appId, persistentId) => save.all(appId, persistentId),
    appOf: (sessionId) => appOf.get(sessionId) ?? undefined,
    filesAfter: (path) => files.all(path),
    hasOwner: (appId, persistentId) => hasOwner.get({ appId, persistentId }) === 1,
  }
}

function removalsFrom(db: Database): Pick<Garbage, Removal> {
  const files = filesIn(db)
  const dropSnapshot = db.prepare<[number, number]>(
    'DELETE FROM snapshots WHERE session = ? AND time = ?',
  )
  const removeSave = db.prepare<Owner & { savedBefore: number }>(`
    DELETE FROM saved WHERE app_id = @appId AND persistent_id = @persistentId
      AND saved_at < @savedBefore AND NOT ${HAS_SESSION}`)
  const removeFile = db.prepare<{ path: string; usedBefore: number }>(`
    DELETE FROM files WHERE path = @path AND used_at < @usedBefore AND NOT ${IS_REFERENCED}`)
  const atOnce = <T>(work: () => T): T => db.transaction(work)()
  return {
    dropSnapshots: (session, snapshots, wallTime) =>
      atOnce(() => {
        for (const { time, path } of snapshots) {
          dropSnapshot.run(session, time)
          files.touch(path, wallTime)
        }
      }),
    removeSession: sessionRemover(db, files),
    removeSaves: (saves, savedBefore, wallTime) =>
      atOnce(() =>
        saves.filter(({ appId, persistentId, path }) => {
          const { changes } = removeSave.run({ appId, persistentId, savedBefore })
          if (changes > 0) files.touch(path, wallTime)
          return changes > 0
        }),
      ),
    removeFiles: (unused) =>
      atOnce(() =>
        unused.filter(({ path, usedBefore }) => removeFile.run({ path, usedBefore }).changes > 0),
      ),
  }
}

function sessionRemover(db: Database, files: Files): Garbage['removeSession'] {
  const messages = messagesIn(db)
  const snapshots = snapshotsIn(db)
  const sessions = sessionsIn(db)
  const announced = announcedIn(db)
  const isOld = db
    .prepare<[number, number], number>('SELECT 1 FROM sessions WHERE id = ? AND visited_at < ?')
    .pluck()
  return db.transaction((key: number, visitedBefore: number, wallTime: number) => {
    if (isOld.get(key, visitedBefore) === undefined) return false
    files.touchAllOf(key, wallTime)
    snapshots.removeAll(key)
    messages.trim(key, Number.MAX_SAFE_INTEGER)
    announced.removeAll(key)
    sessions.remove(key)
    return true
  })
}
