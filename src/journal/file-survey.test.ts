import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { garbageIn } from '../db/garbage.ts'
import { migrate } from '../db/migrations.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { type FileSurvey, surveyFiles } from './file-survey.ts'
import { stateAt } from './sample-records.ts'

const DAY = 24 * 3_600_000
const NOW = Date.UTC(2026, 5, 15, 12)
const APP = 'org.example.app'
const RULES = { keptSnapshots: 3, sessionDays: 0, dataDays: 7, running: new Set<string>() }
const NONE = { count: 0, bytes: 0 }

const id = (letter: string) => letter.repeat(43)
const snapshotPath = (letter: string, time: number) =>
  `snapshots/${id(letter)}/${String(time).padStart(10, '0')}_1-${id('h')}.snap`

let db: Database

beforeEach(() => {
  db = new Sqlite(':memory:')
  migrate(db)
})
afterEach(() => db.close())

function upload(path: string, bytes: number, age: number): void {
  filesIn(db).put({ path, bytes }, NOW - age)
}

function survey(): FileSurvey {
  const steps = surveyFiles({ garbage: garbageIn(db), wallTime: () => NOW }, RULES)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

test('nothing is there', () => {
  expect(survey()).toEqual([])
})

test('files count to the app whose session made them, and garbage is what would go now', () => {
  const key = sessionsIn(db).put(id('S'), stateAt(9, { appId: APP, persistentId: id('P') }), NOW)
  const kept = { path: snapshotPath('S', 2), hash: id('h'), time: 2, seq: 1, position: 2 }
  upload(kept.path, 100, 2 * DAY)
  snapshotsIn(db).put(key, kept, NOW)
  upload(snapshotPath('S', 1), 10, 2 * DAY)
  upload(snapshotPath('S', 3), 1, DAY / 2)
  upload(`apps/${APP}/${id('P')}/data/${id('d')}`, 5, 2 * DAY)
  upload(`apps/${APP}/${id('P')}/data/${id('e')}`, 7, 8 * DAY)
  upload(`apps/${APP}/${id('P')}/save/${id('s')}`, 3, 2 * DAY)
  expect(survey()).toEqual([
    {
      appId: APP,
      snapshots: { count: 3, bytes: 111 },
      data: { count: 3, bytes: 15 },
      garbage: { count: 3, bytes: 20 },
    },
  ])
})

test('files of a session that is not stored count to no app', () => {
  upload(snapshotPath('X', 1), 10, 0)
  expect(survey()).toEqual([
    { appId: undefined, snapshots: { count: 1, bytes: 10 }, data: NONE, garbage: NONE },
  ])
})

test('more files than a page has are all counted', () => {
  for (let time = 1; time <= 250; time++) upload(snapshotPath('X', time), 2, 0)
  expect(survey()[0]?.snapshots).toEqual({ count: 250, bytes: 500 })
})
