import type { AnnouncedUser, PresenceChange } from '../session/record.ts'
import type { Database } from './database.ts'

/** Who is in the sessions as far as their members were told. `session` is a key of `Sessions`. */
export interface Announced {
  /** The first announced first. */
  of(session: number): readonly AnnouncedUser[]
  change(session: number, change: Pick<PresenceChange, 'left' | 'joined'>): void
  removeAll(session: number): void
}

export function announcedIn(db: Database): Announced {
  const of = db.prepare<[number], { number: number; user: string }>(
    'SELECT number, user FROM announced WHERE session = ? ORDER BY number',
  )
  const add = db.prepare<[number, number, string]>('INSERT INTO announced VALUES (?, ?, ?)')
  const remove = db.prepare<[number, number]>(
    'DELETE FROM announced WHERE session = ? AND number = ?',
  )
  const removeAll = db.prepare<[number]>('DELETE FROM announced WHERE session = ?')
  return {
    of: (session) =>
      of.all(session).map(({ number, user }) => ({ number, user: JSON.parse(user) })),
    change: (session, { left, joined }) => {
      if (left === 'all') removeAll.run(session)
      else for (const number of left) remove.run(session, number)
      for (const [number, user] of joined) add.run(session, number, user)
    },
    removeAll: (session) => {
      removeAll.run(session)
    },
  }
}
