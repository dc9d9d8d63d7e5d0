import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { migrate } from '../db/migrations.ts'
import { sessionIndexIn } from '../db/session-index.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { listParked, type ParkedPage, type ParkedQuery } from './parked-sessions.ts'
import { stateAt } from './sample-records.ts'

const NONE = { count: 0, bytes: 0 }
const ALL = { running: new Set<string>(), filter: '', offset: 0, limit: 100 }

let db: Database

beforeEach(() => {
  db = new Sqlite(':memory:')
  migrate(db)
})
afterEach(() => db.close())

/** @param visitedAt when somebody was in it last */
function store(id: string, visitedAt: number, label = {}): number {
  return sessionsIn(db).put(id, stateAt(9, label), visitedAt)
}

function list(query: Partial<ParkedQuery> = {}): ParkedPage {
  const steps = listParked(sessionIndexIn(db), { ...ALL, ...query })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

const idsOf = ({ sessions }: ParkedPage) => sessions.map(({ id }) => id)

test('nothing is stored', () => {
  expect(list()).toEqual({ total: 0, sessions: [] })
})

test('a session is told with all that it is found by, and with the snapshots that are there', () => {
  const label = { name: 'main', appId: 'org.example.app', pageUrl: 'https://box.local/app/' }
  const key = store('a', 5, label)
  store('a', 7, label)
  for (const [time, isThere] of [
    [1, true],
    [2, true],
    [3, false],
  ] as const) {
    const path = `snapshots/${time}`
    snapshotsIn(db).put(key, { path, hash: 'h', time, seq: 1, position: time }, 5)
    if (isThere) filesIn(db).put({ path, bytes: 100 }, 5)
  }
  expect(list()).toEqual({
    total: 1,
    sessions: [
      { id: 'a', ...label, createdAt: 5, visitedAt: 7, snapshots: { count: 2, bytes: 200 } },
    ],
  })
})

test('those visited last come first, and running ones are left out', () => {
  for (const [id, visitedAt] of [
    ['a', 3],
    ['b', 9],
    ['c', 5],
    ['d', 7],
  ] as const) {
    store(id, visitedAt)
  }
  expect(idsOf(list({ running: new Set(['d']) }))).toEqual(['b', 'c', 'a'])
})

test('somebody was in it as long as there were messages, or time went on', () => {
  const sessions = sessionsIn(db)
  sessions.advance(store('a', 5), 20, 1, 7)
  sessions.reserve(store('b', 5), 20, 8)
  expect(list().sessions.map(({ id, visitedAt }) => [id, visitedAt])).toEqual([
    ['b', 8],
    ['a', 7],
  ])
})

test('all words have to be in it, whatever their case', () => {
  store('a', 1, { name: 'Main', appId: 'org.example.chess' })
  store('b', 2, { name: 'main', appId: 'org.example.go' })
  store('c', 3, { name: 'main', appId: undefined, pageUrl: 'https://chess.example/' })
  expect(idsOf(list({ filter: ' CHESS  main' }))).toEqual(['c', 'a'])
  expect(list({ filter: 'nowhere' })).toEqual({ total: 0, sessions: [] })
})

test('a page of many is as if all had been sorted', () => {
  for (let index = 0; index < 1000; index++) store(`s${index}`, (index * 7919) % 1000)
  const page = list({ offset: 100, limit: 3 })
  expect(page.total).toBe(1000)
  expect(page.sessions.map(({ visitedAt }) => visitedAt)).toEqual([899, 898, 897])
  expect(page.sessions[0]?.snapshots).toEqual(NONE)
})
