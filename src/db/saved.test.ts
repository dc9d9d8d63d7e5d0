import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { filesIn } from './files.ts'
import { migrate } from './migrations.ts'
import { savedIn } from './saved.ts'

const OWNER = { appId: 'app', persistentId: 'id' }

let db: Database
beforeEach(() => {
  db = new Sqlite(':memory:')
  migrate(db)
})
afterEach(() => {
  db.close()
})

it('gives what was saved last, by app and id', () => {
  const saved = savedIn(db)
  saved.put({ ...OWNER, path: 'first' }, 1)
  saved.put({ ...OWNER, path: 'second' }, 2)
  expect(saved.pathOf('app', 'id')).toBe('second')
  expect(saved.pathOf('app', 'other')).toBeUndefined()
})

it('notes that the file of what was saved before was in use until then', () => {
  for (const path of ['first', 'second']) filesIn(db).put({ path, bytes: 1 }, 1)
  savedIn(db).put({ ...OWNER, path: 'first' }, 5)
  savedIn(db).put({ ...OWNER, path: 'second' }, 7)
  const usedAt = db.prepare('SELECT path, used_at FROM files ORDER BY path').raw().all()
  expect(usedAt).toEqual([
    ['first', 7],
    ['second', 1],
  ])
})
