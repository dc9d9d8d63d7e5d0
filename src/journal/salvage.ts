import { type Database, tellsDamage } from '../db/database.ts'
import { sessionsIn } from '../db/sessions.ts'
import { whyUnavailable } from '../db/unavailable.ts'
import type { JournalEntry } from '../session/record.ts'
import type { Transaction } from './transaction.ts'

/** Errors that every entry would meet: a table is missing, or not as the box made it. */
const ABOUT_ALL = ['SQLITE_ERROR', 'SQLITE_SCHEMA', 'SQLITE_NOTADB']

/** A session of which the database will never take something. */
export interface RefusedSession {
  readonly sessionId: string
  readonly reason: string
}

/** What became of a commit. */
export interface Salvaged {
  /** whether messages became needless */
  readonly isTrimNeeded: boolean
  readonly refused: readonly RefusedSession[]
}

type Salvager = (entries: readonly JournalEntry[], number: number) => Salvaged

/**
 * Commits what the database takes. Of a session of which it refuses an entry, by a mistake of the box, nothing
 * that comes after is stored either; members have seen that, so that the session gets another timeline
 * (SYNC10). It throws, and stores nothing, for what may pass, and for damage.
 */
export function salvagerIn(db: Database, commit: Transaction): Salvager {
  const sessions = sessionsIn(db)

  const commitApart = db.transaction((entries: readonly JournalEntry[], number: number) => {
    const refused = new Map<string, string>()
    let isTrimNeeded = false
    for (const entry of entries) {
      const { sessionId } = entry
      if (refused.has(sessionId)) continue
      try {
        if (commit([entry], number)) isTrimNeeded = true
      } catch (error) {
        // The whole transaction may have been undone, not this part alone.
        if (!db.inTransaction) throw error
        refused.set(sessionId, reasonOf(error))
        sessions.renewTimeline(sessionId)
      }
    }
    commit([], number)
    const sessionsRefused = [...refused].map(([sessionId, reason]) => ({ sessionId, reason }))
    return { isTrimNeeded, refused: sessionsRefused }
  })

  return (entries, number) => {
    try {
      return { isTrimNeeded: commit(entries, number), refused: [] }
    } catch (error) {
      reasonOf(error)
      return commitApart(entries, number)
    }
  }
}

/**
 * Why the database will never take it.
 * @throws what it did, if that may pass, is damage, or is not about this entry: a schema that somebody changed
 */
function reasonOf(error: unknown): string {
  const { code, message } = error as Error & { code?: string }
  if (tellsDamage(error) || whyUnavailable(error) !== undefined) throw error
  if (code !== undefined && ABOUT_ALL.includes(code)) throw error
  return message
}
