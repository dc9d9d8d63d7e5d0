import { statSync } from 'node:fs'
import { join } from 'node:path'
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
import { sessionIndexIn } from '../db/session-index.ts'
import { sessionsIn } from '../db/sessions.ts'
import { type StoredSnapshot, snapshotsIn } from '../db/snapshots.ts'
import { parseFilePath } from '../files/file-path.ts'
import type { JournalEntry, MessageRun } from '../session/record.ts'
import { type FileSurvey, surveyFiles } from './file-survey.ts'
import {
  collectGarbage,
  type GarbageReport,
  type GarbageRules,
  type GarbageStep,
} from './garbage.ts'
import { type InventoryReport, takeInventory } from './inventory.ts'
import type { ArchiveOptions } from './options.ts'
import { listParked, type ParkedPage, type ParkedQuery } from './parked-sessions.ts'
import { openProgress } from './progress.ts'
import { quarantine } from './quarantine.ts'
import type { Restored, RestoreRequest } from './restore.ts'
import { openRestorer } from './restorer.ts'
import { type Salvaged, salvagerIn } from './salvage.ts'
import { transactionIn } from './transaction.ts'
import { type Trash, trashIn } from './trash.ts'
import type { DatabaseMark } from './watermark.ts'

/** Pages written to the write-ahead log before a checkpoint is due. */
const CHECKPOINT_PAGES = 1000
/** Of messages, in one page (UTF-16 units). */
const PAGE_LENGTH = 4000

/** The store as the journal's thread sees it. Everything is synchronous, and short: see the steps. */
export interface Archive {
  /** How far the database had come when it was opened, and all that the log had for it was in it. */
  readonly mark: DatabaseMark
  /**
   * Stores all of it or, throwing, nothing; but not what the database will never take of a session, which is
   * then in another timeline.
   * @param number of the newest commit of which there are entries
   */
  commit(entries: readonly JournalEntry[], number: number): Salvaged
  /** Reads what is committed by the first step, to be called until it is done. One at a time. */
  restore(request: RestoreRequest): Generator<MessageRun | undefined, Restored>
  /** Deletes a slice of the messages not needed any more; false if there were none. */
  trim(): boolean
  /** Removes what nobody needs. Sessions that are restored meanwhile count as running. */
  collectGarbage(rules: GarbageRules): Generator<GarbageStep, GarbageReport>
  takeInventory(): Generator<unknown, InventoryReport>
  /** Removes a session that nobody is in, as garbage collection does, and what it saved for the next one. */
  removeSession(sessionId: string): boolean
  /** Of a session that is stored, the newest first. */
  snapshots(sessionId: string): readonly StoredSnapshot[]
  /** Counts files by whose they are. */
  surveyFiles(rules: GarbageRules): Generator<undefined, FileSurvey>
  /** Looks for sessions that nobody is in. */
  listParked(query: ParkedQuery): Generator<undefined, ParkedPage>
  /**
   * Moves commits into the database's main file, if there are many: most of the waiting for the disk is
   * done beside whatever comes next.
   */
  checkpoint(): Promise<void>
  /** Adds a file. */
  recordFile(file: FileRecord): void
  /** Notes that a file is in use, if it is there, or moves it to quarantine if it is not as long as it was. */
  keepFile(path: string): void
  /** @param isLogNeeded whether it lacks what is in the commit log */
  close(isLogNeeded: boolean): void
}

/** @throws {Error} if the database cannot be used, in words for the person who runs the box */
export function openArchive(options: ArchiveOptions): Archive {
  const { databasePath, wallTime, onProblem } = options
  const db = openDatabase(databasePath, options)
  const commit = transactionIn(db, options)
  const salvage = salvagerIn(db, commit)
  const progress = openProgress(db, options, commit)
  const restorer = openRestorer(db, options)
  const files = filesIn(db)
  const index = fileIndexIn(db)
  const rowsChanged = changesIn(db)
  let textPages = 0
  /** of the garbage that is being collected, or was last */
  let running: Set<string> | undefined
  return {
    mark: progress.mark,
    commit: (entries, number) => {
      const stored = salvage(entries, number)
      progress.note(number)
      for (const { messages } of entries) textPages += (messages?.text.length ?? 0) / PAGE_LENGTH
      return stored
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
    removeSession: sessionRemoverIn(db, wallTime),
    ...listsIn(db, wallTime),
    // A row is on a page of its own, or nearly, and a long one on several.
    checkpoint: checkpointerOf(db, () => rowsChanged() + textPages),
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
    close: (isLogNeeded) => {
      restorer.close()
      closeDatabase(db)
      progress.close(isLogNeeded)
    },
  }
}

function sessionRemoverIn(db: Database, wallTime: () => number): Archive['removeSession'] {
  const sessions = sessionsIn(db)
  const garbage = garbageIn(db)
  const remove = (sessionId: string) => {
    const found = sessions.find(sessionId)
    if (!found) return false
    garbage.removeSession(found.key, Infinity, wallTime())
    const { appId, persistentId } = found.state
    if (appId !== undefined && persistentId !== undefined) {
      // Another session of that name may still want it; it stays then.
      garbage.removeSaves(garbage.saveOf(appId, persistentId), Infinity, wallTime())
    }
    return true
  }
  return db.transaction(remove)
}

/** What whoever runs the box wants to see. */
function listsIn(
  db: Database,
  wallTime: () => number,
): Pick<Archive, 'snapshots' | 'surveyFiles' | 'listParked'> {
  const sessions = sessionsIn(db)
  const snapshots = snapshotsIn(db)
  return {
    snapshots: (sessionId) => {
      const found = sessions.timelineOf(sessionId)
      return found ? snapshots.stored(found.key) : []
    },
    surveyFiles: (rules) => surveyFiles({ garbage: garbageIn(db), wallTime }, rules),
    listParked: (query) => listParked(sessionIndexIn(db), query),
  }
}

/** @param written how many pages commits have written, roughly */
function checkpointerOf(db: Database, written: () => number): Archive['checkpoint'] {
  let moved = 0
  let isFlushing = false
  return async () => {
    if (isFlushing || written() - moved < CHECKPOINT_PAGES) return
    isFlushing = true
    try {
      await flushLog(db)
      if (!db.open) return
      moved = written()
      checkpoint(db)
    } finally {
      isFlushing = false
    }
  }
}

function trashOf({ uploadsDir, trashDir, onProblem }: ArchiveOptions): Trash {
  const onFailure = (error: unknown) => {
    onProblem({ kind: 'trash not emptied', reason: String(error) })
  }
  return trashIn({ uploadsDir, trashDir, onFailure })
}
