import { announcedIn } from '../db/announced.ts'
import { commitCountIn } from '../db/commit-count.ts'
import type { Database } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { messagesIn } from '../db/messages.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import type { JournalEntry, PresenceChange, SnapshotRecord } from '../session/record.ts'
import type { ArchiveOptions } from './options.ts'

/**
 * Stores all entries or, throwing, none, and that the database has come to the commit of this number;
 * true if messages became needless.
 */
export type Transaction = (entries: readonly JournalEntry[], number: number) => boolean

/** What a commit changes in the database. */
export function transactionIn(
  db: Database,
  { wallTime, keptSnapshots }: Pick<ArchiveOptions, 'wallTime' | 'keptSnapshots'>,
): Transaction {
  const commits = commitCountIn(db)
  const sessions = sessionsIn(db)
  const announced = announcedIn(db)
  const messages = messagesIn(db)
  const snapshots = snapshotsIn(db)
  const saved = savedIn(db)
  const files = filesIn(db)

  let isTrimNeeded = false

  function trim(key: number, through: number): void {
    messages.trim(key, through)
    isTrimNeeded = true
  }

  function keyOf({ sessionId, state }: JournalEntry, now: number): number {
    const before = sessions.timelineOf(sessionId)
    if (!state) {
      if (before) return before.key
      throw new Error(`session ${sessionId} has no state yet`)
    }
    if (before && before.timeline !== state.timeline) {
      files.touchAllOf(before.key, now)
      snapshots.removeAll(before.key)
      trim(before.key, Number.MAX_SAFE_INTEGER)
      announced.removeAll(before.key)
      sessions.remove(before.key)
    }
    return sessions.put(sessionId, state, now)
  }

  function takeSnapshot(key: number, snapshot: SnapshotRecord, now: number): void {
    snapshots.put(key, snapshot, now)
    const needless = snapshots.needlessThrough(key, keptSnapshots)
    if (needless !== undefined) trim(key, needless)
  }

  function changePresence(key: number, change: PresenceChange): void {
    announced.change(key, change)
    sessions.putLeaveDelay(key, change.leaveDelay)
  }

  function commitOwn(entry: JournalEntry, now: number): void {
    const key = keyOf(entry, now)
    if (entry.changes) sessions.change(key, entry.changes, now)
    if (entry.presence) changePresence(key, entry.presence)
    if (entry.messages) {
      const { first, count, time } = entry.messages
      messages.append(key, entry.messages)
      if (!entry.state) sessions.advance(key, time, first + count - 1, now)
    }
    if (entry.reservedTime !== undefined) sessions.reserve(key, entry.reservedTime, now)
    if (entry.snapshot) takeSnapshot(key, entry.snapshot, now)
  }

  function commitEntry(entry: JournalEntry, now: number): void {
    if (entry.saved) saved.put(entry.saved, now)
    if (!isSavedOnly(entry)) commitOwn(entry, now)
  }

  return db.transaction((entries: readonly JournalEntry[], number: number) => {
    const now = wallTime()
    isTrimNeeded = false
    for (const entry of entries) commitEntry(entry, now)
    commits.write(number)
    return isTrimNeeded
  })
}

/** Whether nothing in it is the session's own. */
function isSavedOnly({ saved, sessionId, ...own }: JournalEntry): boolean {
  return Object.keys(own).length === 0
}
