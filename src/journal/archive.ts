import {
  checkpoint,
  closeDatabase,
  type Database,
  openDatabase,
  openReader,
} from '../db/database.ts'
import { type FileRecord, filesIn } from '../db/files.ts'
import { messagesIn } from '../db/messages.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { type Totals, totalsOf } from '../db/totals.ts'
import type { JournalEntry, MessageRun } from '../session/record.ts'
import type { JournalProblem } from './problem.ts'
import { type Restored, type RestoreRequest, restore } from './restore.ts'

/** Rows written before a checkpoint is due; each changes about a page. */
const CHECKPOINT_ROWS = 1000

/** The store as the journal's thread sees it. Everything is synchronous, and short: see the steps. */
export interface Archive {
  /** Stores all of it or, throwing, nothing; true if it made messages needless: see `trim`. */
  commit(entries: readonly JournalEntry[]): boolean
  /** Reads what is committed by the first step, to be called until it is done. One at a time. */
  restore(request: RestoreRequest): Generator<MessageRun | undefined, Restored>
  /** Deletes a slice of the messages not needed any more; false if there were none. */
  trim(): boolean
  /** Moves commits into the database's main file, if there are many; waits for the disk. */
  checkpoint(): void
  recordFile(file: FileRecord): void
  totals(): Totals
  close(): void
}

export interface ArchiveOptions {
  readonly databasePath: string
  /** where the paths of snapshots and saved data lead */
  readonly uploadsDir: string
  readonly wallTime: () => number
  readonly onProblem: (problem: JournalProblem) => void
}

/** @throws {Error} if the database cannot be used, in words for the person who runs the box */
export function openArchive(options: ArchiveOptions): Archive {
  const { databasePath, uploadsDir, wallTime, onProblem } = options
  const db = openDatabase(databasePath)
  const reader = openReader(databasePath)
  const files = filesIn(db)
  const source = {
    sessions: sessionsIn(reader),
    messages: messagesIn(reader),
    snapshots: snapshotsIn(reader),
    saved: savedIn(reader),
    uploadsDir,
    onProblem,
  }
  const commit = committerTo(db, wallTime)
  let rowsWritten = 0
  return {
    commit: (entries) => {
      rowsWritten += entries.length + 1
      return commit(entries)
    },
    checkpoint: () => {
      if (rowsWritten < CHECKPOINT_ROWS) return
      rowsWritten = 0
      checkpoint(db)
    },
    restore: (request) => atOneMoment(reader, restore(source, request)),
    trim: messagesIn(db).trimSlice,
    recordFile: (file) => files.put(file, wallTime()),
    totals: totalsOf(db),
    close: () => {
      reader.close()
      closeDatabase(db)
    },
  }
}

function committerTo(db: Database, wallTime: () => number): Archive['commit'] {
  const sessions = sessionsIn(db)
  const messages = messagesIn(db)
  const snapshots = snapshotsIn(db)
  const saved = savedIn(db)

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
      snapshots.removeAll(before.key)
      trim(before.key, Number.MAX_SAFE_INTEGER)
      sessions.remove(before.key)
    }
    return sessions.put(sessionId, state, now)
  }

  function commitEntry(entry: JournalEntry, now: number): void {
    if (entry.saved) saved.put(entry.saved, now)
    if (!entry.state && !entry.messages && !entry.snapshot && !entry.presence) return
    const key = keyOf(entry, now)
    if (entry.presence) sessions.putPresence(key, entry.presence)
    if (entry.messages) {
      const { first, count, time } = entry.messages
      messages.append(key, entry.messages)
      if (!entry.state) sessions.advance(key, time, first + count - 1)
    }
    if (entry.snapshot) {
      snapshots.put(key, entry.snapshot, now)
      trim(key, snapshots.thin(key) ?? entry.snapshot.position)
    }
  }

  return db.transaction((entries: readonly JournalEntry[]) => {
    const now = wallTime()
    isTrimNeeded = false
    for (const entry of entries) commitEntry(entry, now)
    return isTrimNeeded
  })
}

function* atOneMoment<Step, Result>(
  reader: Database,
  steps: Generator<Step, Result>,
): Generator<Step, Result> {
  reader.exec('BEGIN')
  try {
    return yield* steps
  } finally {
    reader.exec('COMMIT')
  }
}
