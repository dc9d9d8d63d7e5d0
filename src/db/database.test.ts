import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeDatabase, openDatabase, openReader } from './database.ts'
import { MIGRATIONS } from './migrations.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'))
  path = join(folder, 'box.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

it('makes a database that is up to date and appends to a log', () => {
  const db = openDatabase(path)
  expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(db.pragma('synchronous', { simple: true })).toBe(1)
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  closeDatabase(db)
})

it('opens again what it made', () => {
  const first = openDatabase(path)
  first.exec("INSERT INTO files VALUES ('a', 1, 2)")
  closeDatabase(first)
  const second = openDatabase(path)
  expect(second.prepare('SELECT path FROM files').pluck().all()).toEqual(['a'])
  closeDatabase(second)
})

it('leaves one file when closed, also when closed twice', () => {
  const db = openDatabase(path)
  db.exec("INSERT INTO files VALUES ('a', 1, 2)")
  expect(existsSync(`${path}-wal`)).toBe(true)
  closeDatabase(db)
  closeDatabase(db)
  expect(existsSync(`${path}-wal`)).toBe(false)
})

it('refuses a newer database and leaves it as it was', () => {
  const newer = openDatabase(path)
  newer.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  closeDatabase(newer)
  expect(() => openDatabase(path)).toThrow(
    `cannot open the database ${path}: it has schema version ${MIGRATIONS.length + 1}`,
  )
  const reader = openReader(path)
  expect(reader.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length + 1)
  reader.close()
})

it.each([
  ['short text', 'no database'],
  ['long text', 'no database '.repeat(1000)],
])('refuses a file that is no database: %s', (_name, content) => {
  writeFileSync(path, content)
  expect(() => openDatabase(path)).toThrow(`${path} is not a database`)
})

it('refuses a folder that is not there', () => {
  expect(() => openDatabase(join(folder, 'none', 'box.sqlite'))).toThrow(/folder|directory/)
})

it('gives a reader one moment of what another connection goes on writing', () => {
  const db = openDatabase(path)
  const reader = openReader(path)
  const count = reader.prepare('SELECT count(*) FROM files').pluck()
  reader.exec('BEGIN')
  expect(count.get()).toBe(0)
  db.exec("INSERT INTO files VALUES ('a', 1, 2)")
  expect(count.get()).toBe(0)
  reader.exec('COMMIT')
  expect(count.get()).toBe(1)
  reader.close()
  closeDatabase(db)
})
