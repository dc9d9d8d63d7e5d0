import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { copyToMemory } from './copy.ts'
import { closeDatabase, type Database, openDatabase } from './database.ts'
import { filesIn } from './files.ts'

let dir: string
let db: Database
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'copy-'))
  db = openDatabase(join(dir, 'box.sqlite'))
})
afterEach(() => {
  closeDatabase(db)
  rmSync(dir, { recursive: true })
})

const paths = (of: Database) => of.prepare('SELECT path FROM files').pluck().all()

it('copies what is known, while the database is in use, and leaves that alone', () => {
  filesIn(db).put({ path: 'a', bytes: 3 }, 1)
  const copy = copyToMemory(db.name)
  filesIn(db).put({ path: 'b', bytes: 3 }, 1)
  expect(paths(copy)).toEqual(['a'])
  copy.exec('DELETE FROM files')
  copy.close()
  expect(paths(db)).toEqual(['a', 'b'])
})

it('refuses a database of another version', () => {
  db.pragma('user_version = 1')
  expect(() => copyToMemory(db.name)).toThrow(
    'it has schema version 1'.replace('it', 'the database'),
  )
})
