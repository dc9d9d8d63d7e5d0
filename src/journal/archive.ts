import { statSync } from 'node:fs'
import { join } from 'node:path'
import { commitCountIn } from '../db/commit-count.ts'
import {
  changesIn,
  checkpoint,
  closeDatabase,
  type Database,
  flushLog,
  openDatabase,
} from '../db/database.ts'
import { type FileRecord, filesIn } from '../db/files.ts'
import { garbageIn } from '../db/garbage.ts'
import { fileIndexIn } from '../db/inventory.ts'
import { messagesIn } from '../db/messages.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { type Totals, totalsOf } from '../db/totals.ts'
import { parseFilePath } from '../files/file-path.ts'
import type { JournalEntry, MessageRun, SnapshotRecord } from '../session/record.ts'
import {
  collectGarbage,
  type GarbageReport,
  type GarbageRules,
  type GarbageStep,
} from './garbage.ts'
import { type InventoryReport, takeInventory } from './inventory.ts'
import type { ArchiveOptions } from './options.ts'
import { quarantine } from './quarantine.ts'
import type { Restored, RestoreRequest } from './restore.ts'
import { openRestorer } from './restorer.ts'
import { type Trash, trashIn } from './trash.ts'
import { doubtOf, Watermark } from './watermark.ts'

/** Rows changed before a checkpoint is due; each is on a page of its own, or nearly. */
const CHECKPOINT_ROWS = 1000

/** The store as the journal's thread sees it. Everything is synchronous, and short: see the steps. */
export interface Archive {
  /** Stores all of it or, throwing, nothing; true if it made messages needless: see `trim`. */
  commit(entries: readonly JournalEntry[]): boolean
  /** Reads what is committed by the first step, to be called until it is done. One at a time. */
  restore(request: RestoreRequest): Generator<MessageRun | undefined, Restored>
  /** Deletes a slice of the messages not needed any more; false if there were none. */
  trim(): boolean
  /** Removes what nobody needs. Sessions that are restored meanwhile count as running. */
  collectGarbage(rules: GarbageRules): Generator<GarbageStep, GarbageReport>
  takeInventory(): Generator<unknown, InventoryReport>
  /**
   * Moves commits into the database's main file, if there are many: most of the waiting for the disk is
   * done beside whatever comes next.
   */
  checkpoint(): Promise<void>
  /** Adds a file. */
  recordFile(file: FileRecord): void
  /** Notes that a file is in use, if it is there, or moves it to quarantine if it is not as long as it was. */
  keepFile(path: string): void
  totals(): Totals
  close(): void
}

/** @throws {Error} if the database cannot be used, in words for the person who runs the box */
export function openArchive(options: ArchiveOptions): Archive {
  const { databasePath, wallTime, onProblem } = options
  const db = openDatabase(databasePath, options)
  const count = countCommits(db, options)
  const restorer = openRestorer(db, options)
  const commit = committerTo(db, options, count.next)
  const files = filesIn(db)
  const index = fileIndexIn(db)
  /** of the garbage that is being collected, or was last */
  let running: Set<string> | undefined
  return {
    commit: (entries) => {
      const isTrimNeeded = commit(entries)
      count.note()
      return isTrimNeeded
    },
    restore: (request) => {
      running?.add(request.sessionId)
      return restorer.restore(request)
    },
    trim: messagesIn(db).trimSlice,
    collectGarbage: (rules) => {
      // From now on, not from its first step: until then sessions may be restored.
      const known = new Set(rules.running)
      running = known
      const source = { garbage: garbageIn(db), trash: trashOf(options), wallTime }
      const onCutShort = (report: GarbageReport) => onProblem({ kind: 'garbage cut short', report })
      return collectGarbage({ ...source, onCutShort }, { ...rules, running: known })
    },
    takeInventory: () => {
      const isFilePath = (path: string) => parseFilePath(path) !== undefined
      const onCutShort = (report: InventoryReport) =>
        onProblem({ kind: 'inventory cut short', report })
      return takeInventory({ ...options, index, isFilePath, onCutShort })
    },
    checkpoint: checkpointerOf(db),
    recordFile: (file) => files.put(file, wallTime()),
    keepFile: (path) => {
      const stats = statSync(join(options.uploadsDir, path), { throwIfNoEntry: false })
      if (!stats) return
      if ((index.bytesOf(path) ?? stats.size) === stats.size) {
        files.put({ path, bytes: stats.size }, wallTime())
        return
      }
      quarantine(options, path)
      index.change([], [path], wallTime())
      onProblem({ kind: 'upload damaged', path })
    },
    totals: totalsOf(db),
    close: () => {
      restorer.close()
      closeDatabase(db)
      count.close()
    },
  }
}

function checkpointerOf(db: Database): Archive['checkpoint'] {
  const changes = changesIn(db)
  let changesMoved = 0
  let isFlushing = false
  return async () => {
    if (isFlushing || changes() - changesMoved < CHECKPOINT_ROWS) return
    isFlushing = true
    try {
      await flushLog(db)
      if (!db.open) return
      changesMoved = changes()
      checkpoint(db)
    } finally {
      isFlushing = false
    }
  }
}

/** Counts commits in the database, and beside it; a database that is behind gets new timelines. */
function countCommits(db: Database, options: ArchiveOptions) {
  const { watermarkPath: path, bootId, durability, programVersion, onProblem } = options
  const inDatabase = commitCountIn(db)
  inDatabase.writeProgram(programVersion)
  const { id, commits } = inDatabase.read()
  const risk = durability === 'power' ? 'safe' : 'at-risk'
  const mark = { id, commits, bootId, risk } as const
  const doubt = doubtOf(path, mark)
  if (doubt !== undefined) {
    sessionsIn(db).renewTimelines()
    onProblem({ kind: 'timelines renewed', reason: doubt })
  }
  // Not before: if the renewal fails, the next start has to doubt as well.
  const watermark = Watermark.take(path, mark)
  let count = commits
  let hasFailed = false
  return {
    /** Within a commit. */
    next: () => inDatabase.write(count + 1),
    /** It is committed. */
    note: () => {
      count += 1
      try {
        watermark.raise(count)
      } catch (error) {
        if (!hasFailed) onProblem({ kind: 'watermark failed', reason: String(error) })
        hasFailed = true
      }
    },
    close: () => watermark.close(),
  }
}

function committerTo(
  db: Database,
  { wallTime, keptSnapshots }: ArchiveOptions,
  countCommit: () => void,
): Archive['commit'] {
  const sessions = sessionsIn(db)
  const messages = messagesIn(db)
  const snapshots = snapshotsIn(db, keptSnapshots)
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
      sessions.remove(before.key)
    }
    return sessions.put(sessionId, state, now)
  }

  function takeSnapshot(key: number, snapshot: SnapshotRecord, now: number): void {
    snapshots.put(key, snapshot, now)
    const needless = snapshots.needlessThrough(key)
    if (needless !== undefined) trim(key, needless)
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
    if (entry.snapshot) takeSnapshot(key, entry.snapshot, now)
  }

  return db.transaction((entries: readonly JournalEntry[]) => {
    const now = wallTime()
    isTrimNeeded = false
    for (const entry of entries) commitEntry(entry, now)
    countCommit()
    return isTrimNeeded
  })
}

function trashOf({ uploadsDir, trashDir, onProblem }: ArchiveOptions): Trash {
  const onFailure = (error: unknown) => {
    onProblem({ kind: 'trash not emptied', reason: String(error) })
  }
  return trashIn({ uploadsDir, trashDir, onFailure })
}
