import { writeFileSync } from 'node:fs'
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
  close(): void
}

/**
 * Brings into the database what only the commit log has, and empties the log. If it is behind what clients
 * saw even so, all timelines are renewed.
 */
export function openProgress(db: Database, options: ArchiveOptions, commit: Transaction): Progress {
  const { watermarkPath, logPaths, bootId, durability, programVersion, onProblem } = options
  const inDatabase = commitCountIn(db)
  inDatabase.writeProgram(programVersion)
  const log = readLog(logPaths)
  const doubt = replay(log, inDatabase.read(), commit)
  const mark = inDatabase.read()
  const risk = durability === 'power' ? 'logged' : 'at-risk'
  const now = { ...mark, bootId, risk } as const
  const hasLog = log.every((file) => file !== undefined)
  const reason = doubt ?? doubtOf(watermarkPath, now, hasLog)
  if (reason !== undefined) {
    sessionsIn(db).renewTimelines()
    onProblem({ kind: 'timelines renewed', reason })
  }
  for (const path of logPaths) writeFileSync(path, '', { flush: true })
  // Not before: if the renewal fails, the next start has to doubt as well.
  const watermark = Watermark.take(watermarkPath, now)
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
    close: () => watermark.close(),
  }
}
