import { truncateSync, writeFileSync } from 'node:fs'
import { commitCountIn } from '../db/commit-count.ts'
import type { Database } from '../db/database.ts'
import { sessionsIn } from '../db/sessions.ts'
import type { ArchiveOptions } from './options.ts'
import { readLog, replay } from './replay.ts'
import type { Transaction } from './transaction.ts'
import { type DatabaseMark, doubtOf, Watermark } from './watermark.ts'

/** How far the database has come. */
export interface Progress {
  /** when it was opened */
  readonly mark: DatabaseMark
  /** It has come to the commit of this number. */
  note(number: number): void
  /** @param isLogNeeded whether it lacks what is in the commit log */
  close(isLogNeeded: boolean): void
}

/**
 * Brings into the database what only the commit log has, and empties the log. If it is behind what clients
 * saw even so, all timelines are renewed.
 */
export function openProgress(db: Database, options: ArchiveOptions, commit: Transaction): Progress {
  const { watermarkPath, logPaths, bootId, durability, onProblem } = options
  const risk = durability === 'power' ? 'logged' : 'unsynced'
  const mark = catchUp(db, options, commit)
  for (const path of logPaths) writeFileSync(path, '', { flag: 'a' })
  // Not before: if it had failed until here, the next start would have to doubt as well.
  const watermark = Watermark.take(watermarkPath, { ...mark, bootId, risk })
  for (const path of logPaths) truncateSync(path)
  let hasFailed = false
  return {
    mark,
    note: (number) => {
      try {
        watermark.raise(number)
      } catch (error) {
        if (!hasFailed) onProblem({ kind: 'watermark failed', reason: String(error) })
        hasFailed = true
      }
    },
    close: (isLogNeeded) => watermark.close(!isLogNeeded),
  }
}

/** All of it or, throwing, nothing: what was refused must not be forgotten before it has its consequence. */
function catchUp(db: Database, options: ArchiveOptions, commit: Transaction): DatabaseMark {
  const { watermarkPath, logPaths, bootId, programVersion, onProblem } = options
  const inDatabase = commitCountIn(db)
  const log = readLog(logPaths)
  const hasLog = log.every((file) => file !== undefined)
  const reason = db.transaction(() => {
    inDatabase.writeProgram(programVersion)
    const refused = replay(log, inDatabase.read(), commit)
    const doubt = refused ?? doubtOf(watermarkPath, { ...inDatabase.read(), bootId }, hasLog)
    if (doubt !== undefined) {
      sessionsIn(db).renewTimelines()
      // Another database from now on, which no older log or watermark is of.
      inDatabase.renewId()
    }
    return doubt
  })()
  if (reason !== undefined) onProblem({ kind: 'timelines renewed', reason })
  return inDatabase.read()
}
