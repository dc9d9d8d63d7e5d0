import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { MIGRATIONS, migrate } from './migrations.ts'

let db: Database
beforeEach(() => {
  db = new Sqlite(':memory:')
})
afterEach(() => {
  db.close()
})

const version = () => db.pragma('user_version', { simple: true })
const tables = () =>
  db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all()

it('runs what the database lacks, in order and once', () => {
  const steps = ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)']
  migrate(db, steps.slice(0, 1))
  expect(version()).toBe(1)
  migrate(db, steps)
  migrate(db, steps)
  expect(version()).toBe(2)
  expect(db.prepare('SELECT x FROM a').pluck().all()).toEqual([1])
})

it('changes nothing if one of them fails', () => {
  expect(() => migrate(db, ['CREATE TABLE a (x)', 'nonsense'])).toThrow('syntax error')
  expect(version()).toBe(0)
  expect(tables()).toEqual([])
})

it('refuses a database from the future, telling what it needs, and leaves it alone', () => {
  db.pragma('user_version = 3')
  expect(() => migrate(db, ['CREATE TABLE a (x)', 'CREATE TABLE b (x)'])).toThrow(
    'by a newer version of the box, with schema version 3; this one knows those up to 2: start that version',
  )
  expect(version()).toBe(3)
  expect(tables()).toEqual([])
})

it('names the version of the box that used a database from the future', () => {
  migrate(db)
  db.exec("UPDATE journal SET program = '7.8.9'")
  db.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  expect(() => migrate(db)).toThrow('it was written by version 7.8.9 of the box')
})

it('makes all tables', () => {
  migrate(db)
  expect(tables()).toEqual(
    expect.arrayContaining(['files', 'messages', 'saved', 'sessions', 'snapshots', 'trims']),
  )
})
