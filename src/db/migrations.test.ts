import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { announcedIn } from './announced.ts'
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

it('keeps who was announced, whatever users are', () => {
  migrate(db, MIGRATIONS.slice(0, 5))
  const users = [
    ['a'],
    'b',
    { id: 'c', data: ['é', null] },
    null,
    true,
    1.5,
    12345678901234,
    '"q',
    ['a'],
  ]
  const insert = db.prepare(`
    INSERT INTO sessions (session_id, name, page_url, timeline, time, position, tick, delay, scale, flags,
      completed_tallies, presence, created_at, visited_at)
    VALUES (?, '', '', 't', 0, 0, 0, 0, 0, '{}', '{}', ?, 1, 2)`)
  insert.run('empty', '{"announced":[],"leaveDelay":0}')
  insert.run('full', JSON.stringify({ announced: users, leaveDelay: 12.5 }))
  insert.run('odd', JSON.stringify({ announced: [[]], leaveDelay: Infinity }))
  migrate(db)
  const [empty = 0, full = 0, odd = 0] = db
    .prepare<[], number>('SELECT id FROM sessions ORDER BY id')
    .pluck()
    .all()
  const { of } = announcedIn(db)
  expect(of(empty)).toEqual([])
  expect(of(full)).toEqual(users.map((user, index) => ({ number: index + 1, user })))
  expect(of(odd)).toEqual([{ number: 1, user: [] }])
  const delays = db.prepare('SELECT leave_delay FROM sessions ORDER BY id').pluck().all()
  expect(delays).toEqual([0, 12.5, 0])
})

it('makes all tables', () => {
  migrate(db)
  expect(tables()).toEqual(
    expect.arrayContaining([
      'announced',
      'files',
      'messages',
      'saved',
      'sessions',
      'snapshots',
      'trims',
    ]),
  )
})
