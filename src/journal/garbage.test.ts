import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { type Garbage, garbageIn } from '../db/garbage.ts'
import { messagesIn } from '../db/messages.ts'
import { migrate } from '../db/migrations.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { collectGarbage, type GarbageItem, type GarbageRules, snapshotSieve } from './garbage.ts'
import { newMessages, stateAt } from './sample-records.ts'
import { type Trash, trashIn } from './trash.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 15, 12)
const APP = 'org.example.app'
const HASH = 'h'.repeat(43)
const RULES: GarbageRules = { keptSnapshots: 2, sessionDays: 0, dataDays: 0, running: new Set() }

const id = (letter: string) => letter.repeat(43)
const snapshotPath = (letter: string, time: number) =>
  `snapshots/${id(letter)}/${String(time).padStart(10, '0')}_1-${HASH}.snap`
const savePath = (letter: string, hash = 's') => `apps/${APP}/${id(letter)}/save/${id(hash)}`
const dataPath = (letter: string, hash = 'd') => `apps/${APP}/${id(letter)}/data/${id(hash)}`

let dir: string
let db: Database
let garbage: Garbage
let trash: Trash
const onFailure = vi.fn()

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'garbage-'))
  mkdirSync(join(dir, 'trash'))
  db = new Sqlite(join(dir, 'box.sqlite'))
  db.pragma('synchronous = OFF')
  migrate(db)
  garbage = garbageIn(db)
  trash = trashIn({ uploadsDir: join(dir, 'uploads'), trashDir: join(dir, 'trash'), onFailure })
})
afterEach(async () => {
  await untilTrashIsEmptied()
  expect(onFailure).not.toHaveBeenCalled()
  db.close()
  rmSync(dir, { recursive: true })
})

/** An upload that was used last so long ago (ms). */
function upload(path: string, age: number): string {
  const file = join(dir, 'uploads', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'bytes')
  filesIn(db).put({ path, bytes: 5 }, NOW - age)
  return path
}

/** A session of the app, visited last so long ago (ms). @returns its key */
function session(letter: string, age: number, persistedPath?: string): number {
  const state = stateAt(9, { appId: APP, persistentId: id(letter), persistedPath })
  const key = sessionsIn(db).put(id(letter), state, NOW - age)
  messagesIn(db).append(key, newMessages(1, 9))
  return key
}

function snapshot(key: number, path: string, time: number, age: number): string {
  upload(path, age)
  snapshotsIn(db).put(key, { path, hash: HASH, time, seq: 1, position: time }, NOW - age)
  return path
}

function save(letter: string, path: string, age: number): string {
  savedIn(db).put({ appId: APP, persistentId: id(letter), path }, NOW - age)
  return path
}

/** What is collected at once, or by and by with `meanwhile` after every step. */
async function collect(
  rules: Partial<GarbageRules> = {},
  wallTime = NOW,
  meanwhile: () => unknown = () => {},
) {
  const items: GarbageItem[] = []
  const source = { garbage, trash, wallTime: () => wallTime, onCutShort: () => {} }
  const steps = collectGarbage(source, { ...RULES, ...rules })
  for (;;) {
    const step = steps.next()
    if (step.done) return { items, report: step.value, names: items.map(({ name }) => name) }
    items.push(...(step.value ?? []))
    meanwhile()
    await new Promise(setImmediate)
  }
}

const untilTrashIsEmptied = () => expect.poll(() => readdirSync(join(dir, 'trash'))).toEqual([])
const isThere = (path: string) => existsSync(join(dir, 'uploads', path))
const isKnown = (path: string) =>
  db.prepare('SELECT count(*) FROM files WHERE path = ?').pluck().get(path) === 1
const usedAt = (path: string) =>
  db.prepare('SELECT used_at FROM files WHERE path = ?').pluck().get(path)
const countIn = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

describe('uploads that nobody refers to', () => {
  it.each([
    ['snapshot file', snapshotPath('a', 1)],
    ['persisted file', savePath('a')],
  ])('go after a day: %s', async (kind, path) => {
    upload(path, DAY + 1)
    const { items } = await collect()
    expect(items).toEqual([{ kind, name: path, bytes: 5 }])
    expect([isThere(path), isKnown(path)]).toEqual([false, false])
    await untilTrashIsEmptied()
  })

  it.each([
    ['snapshot file', snapshotPath('a', 1)],
    ['persisted file', savePath('a')],
    ['data file', dataPath('a')],
  ])('stay for a day: %s', async (_kind, path) => {
    upload(path, DAY)
    expect((await collect({ sessionDays: 1, dataDays: 1 })).items).toEqual([])
    expect(isThere(path)).toBe(true)
  })

  it.each(['README.md', `apps/${APP}/index.html`, `${dataPath('a')}.bak`])(
    'stay if nobody knows what they are: %s',
    async (path) => {
      upload(path, 1000 * DAY)
      expect((await collect({ sessionDays: 1, dataDays: 1 })).items).toEqual([])
      expect(isThere(path)).toBe(true)
    },
  )

  it('go from the index if they are not on the disk', async () => {
    const path = upload(snapshotPath('a', 1), 2 * DAY)
    rmSync(join(dir, 'uploads', path))
    await collect()
    expect(isKnown(path)).toBe(false)
  })

  it('go all of them, however many there are', async () => {
    db.transaction(() => {
      for (let time = 0; time < 250; time++) upload(snapshotPath('a', time), 2 * DAY)
    })()
    const { report } = await collect()
    expect(report['snapshot file']).toEqual({ count: 250, bytes: 1250 })
    expect(countIn('files')).toBe(0)
    expect(readdirSync(join(dir, 'uploads', 'snapshots', id('a')))).toEqual([])
  })

  it('stay if they are used, or referred to, after they were found', async () => {
    const key = session('a', 0)
    const used = upload(snapshotPath('a', 1), 2 * DAY)
    const announced = upload(snapshotPath('a', 2), 2 * DAY)
    const saved = upload(savePath('a'), 2 * DAY)
    let steps = 0
    const meanwhile = () => {
      // The page of sessions is the first step, that of the files the second.
      if (++steps !== 2) return
      filesIn(db).touch(used, NOW)
      const record = { path: announced, hash: HASH, time: 2, seq: 1, position: 2 }
      snapshotsIn(db).put(key, record, NOW)
      save('a', saved, 0)
    }
    expect((await collect({}, NOW, meanwhile)).items).toEqual([])
    expect([used, announced, saved].map(isThere)).toEqual([true, true, true])
  })
})

describe('uploads that are referred to', () => {
  it('stay for ever', async () => {
    const started = upload(savePath('a', 'x'), 1000 * DAY)
    const key = session('a', 1000 * DAY, started)
    const kept = snapshot(key, snapshotPath('a', 1), 1, 1000 * DAY)
    const saved = save('b', upload(savePath('b'), 1000 * DAY), 1000 * DAY)
    expect((await collect({ dataDays: 1 })).items).toEqual([])
    expect([started, kept, saved].map(isThere)).toEqual([true, true, true])
  })
})

describe('data of apps', () => {
  it('stays for ever unless asked for', async () => {
    upload(dataPath('a'), 1000 * DAY)
    expect((await collect()).items).toEqual([])
  })

  it('goes by age if asked for, needed or not', async () => {
    session('a', 0)
    const old = upload(dataPath('a', 'x'), 3 * DAY + 1)
    upload(dataPath('a', 'y'), 3 * DAY)
    expect((await collect({ dataDays: 3 })).names).toEqual([old])
  })

  it('goes after the last session of its id, and what that saved', async () => {
    session('a', 0)
    save('b', upload(savePath('b'), 9 * DAY), 3 * DAY)
    const orphan = upload(dataPath('c', 'x'), 3 * DAY + 1)
    upload(dataPath('c', 'y'), 3 * DAY)
    for (const letter of ['a', 'b']) upload(dataPath(letter), 9 * DAY)
    expect((await collect({ sessionDays: 3 })).names).toEqual([orphan])
  })
})

describe('sessions', () => {
  it('stay for ever unless asked for', async () => {
    session('a', 1000 * DAY)
    expect((await collect()).items).toEqual([])
  })

  it('go with all that is theirs, their files a day later', async () => {
    const started = upload(savePath('a', 'x'), 4 * DAY)
    const key = session('a', 3 * DAY + 1, started)
    const paths = [1, 2].map((time) => snapshot(key, snapshotPath('a', time), time, 4 * DAY))
    const saved = save('a', upload(savePath('a'), 4 * DAY), 3 * DAY + 1)
    const data = upload(dataPath('a'), 4 * DAY)
    const { items, names } = await collect({ sessionDays: 3 })
    expect(items.slice(0, 2)).toEqual([
      { kind: 'session', name: id('a'), bytes: 0 },
      { kind: 'saved data', name: saved, bytes: 0 },
    ])
    expect(names.slice(2)).toEqual([data])
    expect(['sessions', 'snapshots', 'saved'].map(countIn)).toEqual([0, 0, 0])
    while (messagesIn(db).trimSlice());
    expect(countIn('messages')).toBe(0)

    const files = [started, ...paths, saved]
    expect(files.map(usedAt)).toEqual(files.map(() => NOW))
    expect((await collect({ sessionDays: 3 }, NOW + DAY)).names).toEqual([])
    expect((await collect({ sessionDays: 3 }, NOW + DAY + 1)).names.toSorted()).toEqual(
      files.toSorted(),
    )
  })

  it('stay if they were visited, are running, or begin to run meanwhile', async () => {
    session('a', 3 * DAY)
    session('b', 4 * DAY)
    session('c', 4 * DAY)
    const running = new Set([id('b')])
    const meanwhile = () => running.add(id('c'))
    expect((await collect({ sessionDays: 3, running }, NOW, meanwhile)).items).toEqual([])
  })

  it('stay if they are visited after they were found', async () => {
    const key = session('a', 4 * DAY)
    const visit = db.prepare('UPDATE sessions SET visited_at = ? WHERE id = ?')
    const meanwhile = () => visit.run(NOW, key)
    expect((await collect({ sessionDays: 3 }, NOW, meanwhile)).items).toEqual([])
  })

  it('go many in one collection', async () => {
    db.transaction(() => {
      for (let count = 0; count < 250; count++) {
        const sessionId = String(count).padStart(43, 's')
        const state = stateAt(0, { appId: APP, persistentId: sessionId })
        sessionsIn(db).put(sessionId, state, NOW - 9 * DAY)
        const saved = { appId: APP, persistentId: sessionId, path: savePath('a') }
        savedIn(db).put(saved, NOW - 9 * DAY)
      }
    })()
    const { report } = await collect({ sessionDays: 3 })
    expect([report.session.count, report['saved data'].count]).toEqual([250, 250])
  })
})

describe('saved data', () => {
  it('stays while there is a session of its id, or no days are set', async () => {
    session('a', 0)
    save('a', upload(savePath('a'), 9 * DAY), 9 * DAY)
    expect((await collect({ sessionDays: 3 })).items).toEqual([])
    sessionsIn(db).remove(1)
    expect((await collect()).items).toEqual([])
    expect((await collect({ sessionDays: 9 })).items).toEqual([])
    expect((await collect({ sessionDays: 3 })).names).toEqual([savePath('a')])
  })
})

describe('snapshots', () => {
  it('go if they are neither among the newest nor the newest of their day, files a day later', async () => {
    const key = session('a', 0)
    const take = (time: number, age: number) => snapshot(key, snapshotPath('a', time), time, age)
    const needless = take(1, 2 * DAY + 2)
    for (const time of [2, 3, 4]) take(time, 2 * DAY - time)
    expect((await collect()).items).toEqual([{ kind: 'snapshot', name: needless, bytes: 0 }])
    expect(usedAt(needless)).toBe(NOW)
    expect((await collect({}, NOW + DAY + 1)).names).toEqual([needless])
    expect(countIn('snapshots')).toBe(3)
  })

  it('go from each session, however many it has', async () => {
    const keys = ['a', 'b'].map((letter) => session(letter, 0))
    db.transaction(() => {
      for (const key of keys) {
        for (let time = 0; time < 120; time++) {
          const path = snapshotPath('a', time)
          const record = { path, hash: HASH, time, seq: 1, position: time }
          snapshotsIn(db).put(key, record, NOW - 40 * DAY)
        }
      }
    })()
    expect((await collect()).report.snapshot.count).toBe(236)
    expect(snapshotsIn(db).newestFirst(keys[1] ?? 0, 1)[0]?.time).toBe(119)
  })

  it('are kept hourly for a day and daily for a month', () => {
    const isKept = snapshotSieve(2, NOW)
    const kept = Array.from({ length: 60 * 24 * 4 }, (_, index) => index * 15 * 60_000).filter(
      (age) => isKept(NOW - age),
    )
    expect(kept.slice(0, 2)).toEqual([0, HOUR / 4])
    const hourly = kept.slice(2).filter((age) => age < DAY)
    const hours = hourly.map((age) => Math.floor((NOW - age) / HOUR))
    expect(hours).toEqual(hours.map((_, index) => (hours[0] ?? 0) - index))
    expect(hours).toHaveLength(24)
    const daily = kept.filter((age) => age >= DAY)
    expect(daily).toHaveLength(29)
    expect(daily.every((age) => age < 30 * DAY && (NOW - age) % DAY === 23.75 * HOUR)).toBe(true)
  })

  it('are kept as such whenever they are asked about', () => {
    let ages = Array.from({ length: 500 }, (_, index) => index * HOUR * 2)
    for (let passed = 0; passed < 20; passed++) {
      const isKept = snapshotSieve(1, NOW)
      ages = ages.filter((age) => isKept(NOW - age)).map((age) => age + DAY)
      ages.unshift(0)
    }
    const dayOf = (age: number) => Math.floor((NOW - age) / DAY)
    const days = new Set(ages.filter((age) => age < 30 * DAY).map(dayOf))
    expect(days.size).toBeGreaterThanOrEqual(30)
  })
})

describe('the trash', () => {
  it('throws for a file that it cannot take, which stays', () => {
    const path = upload(snapshotPath('a', 1), 0)
    rmSync(join(dir, 'trash'), { recursive: true })
    expect(() => trash.take(path)).toThrow('ENOENT')
    expect(isThere(path)).toBe(true)
    mkdirSync(join(dir, 'trash'))
  })

  it('is full for a while if it gets many files at once', async () => {
    const paths = Array.from({ length: 60 }, (_, time) => upload(snapshotPath('a', time), 0))
    for (const path of paths) trash.take(path)
    expect(trash.isFull).toBe(true)
    await untilTrashIsEmptied()
    await expect.poll(() => trash.isFull).toBe(false)
  })

  it('tells what it cannot delete', async () => {
    mkdirSync(join(dir, 'uploads', 'folder'), { recursive: true })
    trash.take('folder')
    await expect.poll(() => onFailure.mock.calls).toHaveLength(1)
    onFailure.mockClear()
    const [name = ''] = readdirSync(join(dir, 'trash'))
    rmSync(join(dir, 'trash', name), { recursive: true })
  })
})
