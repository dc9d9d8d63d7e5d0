import type { MessageRun } from '../session/record.ts'
import type { Database } from './database.ts'

/** One slice of a trim ends after this many rows or bytes: about a millisecond. */
const TRIM_SLICE_ROWS = 500
const TRIM_SLICE_BYTES = 1_000_000

/** The messages, one row per session and commit. `session` is a key of `Sessions`. */
export interface Messages {
  append(session: number, run: MessageRun): void
  /** Rows in order, from the one that holds or follows the message after `position`; none marked. */
  after(session: number, position: number): IterableIterator<MessageRun>
  /** Marks the rows that end at or before `through` as gone. Removes none: see `trimSlice`. */
  trim(session: number, through: number): void
  /** Removes some of the rows marked as gone; false if there were no marks left. */
  trimSlice(): boolean
}

export function messagesIn(db: Database): Messages {
  const append = db.prepare<[number, number, number, string]>(
    'INSERT INTO messages (session, first, count, text) VALUES (?, ?, ?, ?)',
  )
  const after = db.prepare<{ session: number; next: number }, MessageRun>(`
    SELECT first, count, text FROM messages
    WHERE session = @session AND first >= coalesce(
      (SELECT max(first) FROM messages WHERE session = @session AND first <= @next), @next)
      AND first + count - 1 > coalesce((SELECT through FROM trims WHERE session = @session), 0)
    ORDER BY first`)
  const trim = db.prepare<[number, number]>(`
    INSERT INTO trims (session, through) VALUES (?, ?)
    ON CONFLICT (session) DO UPDATE SET through = max(through, excluded.through)`)
  return {
    append: (session, run) => {
      append.run(session, run.first, run.count, run.text)
    },
    after: (session, position) => after.iterate({ session, next: position + 1 }),
    trim: (session, through) => {
      trim.run(session, through)
    },
    trimSlice: trimmerOf(db),
  }
}

interface Trim {
  readonly session: number
  readonly through: number
}

function trimmerOf(db: Database): () => boolean {
  const next = db.prepare<[], Trim>('SELECT session, through FROM trims LIMIT 1')
  const candidates = db.prepare<Trim, { first: number; bytes: number }>(`
    SELECT first, octet_length(text) AS bytes FROM messages
    WHERE session = @session AND first + count - 1 <= @through
      AND first <= @through
    ORDER BY first LIMIT ${TRIM_SLICE_ROWS}`)
  const remove = db.prepare<Trim>(
    'DELETE FROM messages WHERE session = @session AND first <= @through',
  )
  const finish = db.prepare<Trim>('DELETE FROM trims WHERE session = @session')
  return db.transaction(() => {
    const trim = next.get()
    if (!trim) return false
    const rows = candidates.all(trim)
    let bytes = 0
    let taken = 0
    while (taken < rows.length && bytes < TRIM_SLICE_BYTES) bytes += rows[taken++]?.bytes ?? 0
    const last = rows[taken - 1]
    if (last) remove.run({ session: trim.session, through: last.first })
    if (taken === rows.length && taken < TRIM_SLICE_ROWS) finish.run(trim)
    return true
  })
}
