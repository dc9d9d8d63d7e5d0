import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { migrate } from './migrations.ts'
import { type Snapshots, snapshotsIn } from './snapshots.ts'

const SESSION = 1

let db: Database
beforeEach(() => {
  db = new Sqlite(':memory:')
  db.pragma('foreign_keys = OFF')
  migrate(db)
})
afterEach(() => {
  db.close()
})

function take(snapshots: Snapshots, ...positions: number[]) {
  for (const position of positions) {
    const snapshot = { path: `p${position}`, hash: 'h', time: position * 10, seq: 0, position }
    snapshots.put(SESSION, snapshot, 1)
  }
}

const positionsOf = (snapshots: Snapshots, kept: number) =>
  snapshots.newestFirst(SESSION, kept).map(({ position }) => position)

it('gives the newest few, and keeps the others', () => {
  const snapshots = snapshotsIn(db)
  take(snapshots, 3, 1, 4, 2)
  expect(positionsOf(snapshots, 2)).toEqual([4, 3])
  expect(positionsOf(snapshots, 10)).toEqual([4, 3, 2, 1])
})

it('tells which messages the newest few do not need', () => {
  const snapshots = snapshotsIn(db)
  expect(snapshots.needlessThrough(SESSION, 2)).toBeUndefined()
  take(snapshots, 5)
  expect(snapshots.needlessThrough(SESSION, 2)).toBeUndefined()
  take(snapshots, 7)
  expect(snapshots.needlessThrough(SESSION, 2)).toBe(5)
  take(snapshots, 9)
  expect(snapshots.needlessThrough(SESSION, 2)).toBe(7)
})

it('takes one in place of that of the same time', () => {
  const snapshots = snapshotsIn(db)
  take(snapshots, 1)
  const again = { path: 'again', hash: 'other', time: 10, seq: 0, position: 1 }
  snapshots.put(SESSION, again, 2)
  expect(snapshots.newestFirst(SESSION, 2)).toEqual([again])
})

it('forgets those of one session', () => {
  const snapshots = snapshotsIn(db)
  take(snapshots, 1, 2)
  snapshots.put(2, { path: 'p', hash: 'h', time: 1, seq: 0, position: 1 }, 1)
  snapshots.removeAll(SESSION)
  expect(snapshots.newestFirst(SESSION, 2)).toEqual([])
  expect(snapshots.newestFirst(2, 2)).toHaveLength(1)
})
