import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, type Database, openDatabase, openReader } from './database.ts'
import { MIGRATIONS } from './migrations.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'database-'))
  path = join(folder, 'box.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

const addFile = (db: Database, name: string) =>
  db.prepare('INSERT INTO files VALUES (?, 1, 2)').run(name)
const filesIn = (db: Database) => db.prepare('SELECT path FROM files ORDER BY path').pluck().all()
const modeOf = (db: Database) => db.pragma('journal_mode', { simple: true })

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

it('closes without delay, and loses nothing, while another program reads', () => {
  const db = openDatabase(path)
  const reader = openReader(path)
  reader.exec('BEGIN')
  expect(filesIn(reader)).toEqual([])
  addFile(db, 'a')
  const start = performance.now()
  closeDatabase(db)
  expect(performance.now() - start).toBeLessThan(2500)
  reader.close()
  const again = openDatabase(path)
  expect(filesIn(again)).toEqual(['a'])
  closeDatabase(again)
})

it('refuses a newer database and leaves it as it was', () => {
  const newer = openDatabase(path)
  newer.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  closeDatabase(newer)
  expect(() => openDatabase(path)).toThrow(
    `cannot open the database ${path}: it was written by a newer version of the box`,
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
  expect(() => openDatabase(path)).toThrow(`${path} is not a database: restore a backup; or`)
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

describe('a rollback journal', () => {
  it('leaves one file when closed, also when closed twice', () => {
    const db = openDatabase(path, { journalMode: 'rollback' })
    addFile(db, 'a')
    expect(modeOf(db)).toBe('truncate')
    closeDatabase(db)
    closeDatabase(db)
    expect(readdirSync(folder)).toEqual(['box.sqlite'])
  })

  it('lets others read between commits, and sees to it that they read what is committed', () => {
    const db = openDatabase(path, { journalMode: 'rollback' })
    const reader = openReader(path)
    expect(filesIn(reader)).toEqual([])
    addFile(db, 'a')
    expect(filesIn(reader)).toEqual(['a'])
    reader.close()
    closeDatabase(db)
  })

  it('takes the place of a log that was left behind, and gives it back', () => {
    const killed = join(folder, 'killed.sqlite')
    const before = openDatabase(path)
    addFile(before, 'a')
    copyFileSync(path, killed)
    copyFileSync(`${path}-wal`, `${killed}-wal`)
    closeDatabase(before)

    const rollback = openDatabase(killed, { journalMode: 'rollback' })
    expect(modeOf(rollback)).toBe('truncate')
    expect(filesIn(rollback)).toEqual(['a'])
    addFile(rollback, 'b')
    closeDatabase(rollback)
    expect(existsSync(`${killed}-wal`)).toBe(false)

    const log = openDatabase(killed)
    expect(modeOf(log)).toBe('wal')
    expect(filesIn(log)).toEqual(['a', 'b'])
    closeDatabase(log)
  })
})

it.each([
  ['wal', 'process', 1],
  ['wal', 'power', 2],
  ['rollback', 'process', 2],
  ['rollback', 'power', 2],
] as const)('%s waits for the disk as %s needs it', (journalMode, durability, level) => {
  const db = openDatabase(path, { journalMode, durability })
  expect(db.pragma('synchronous', { simple: true })).toBe(level)
  expect(db.pragma('fullfsync', { simple: true })).toBe(level === 2 ? 1 : 0)
  closeDatabase(db)
})

const OTHER_MODE = { wal: 'rollback', rollback: 'wal' } as const

it.each(['wal', 'rollback'] as const)(
  '%s: what was committed outlives kill -9, in the other mode, too',
  async (journalMode) => {
    const writer = spawn(process.execPath, ['--input-type=module', '--eval', WRITER], {
      env: { ...process.env, DATABASE: path, JOURNAL_MODE: journalMode },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let committed = ''
    writer.stdout.on('data', (data) => {
      committed += data
      if (committed.length > 500) writer.kill('SIGKILL')
    })
    const [code, signal] = await once(writer, 'close')
    expect([code, signal]).toEqual([null, 'SIGKILL'])

    const db = openDatabase(path, { journalMode: OTHER_MODE[journalMode] })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(filesIn(db)).toEqual(expect.arrayContaining(committed.trim().split('\n')))
    closeDatabase(db)
  },
)

/** Commits for ever, and tells the name of each row once it is committed. */
const WRITER = `
  import { writeSync } from 'node:fs'
  import { openDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)}
  const { DATABASE, JOURNAL_MODE } = process.env
  const db = openDatabase(DATABASE, { journalMode: JOURNAL_MODE })
  const add = db.prepare('INSERT INTO files VALUES (?, 1, 2)')
  for (let number = 1; ; number++) {
    const name = 'file-' + number
    add.run(name)
    writeSync(1, name + '\\n')
  }`

describe('damage is told, with what to do', () => {
  const DAMAGED = /^the database .*box\.sqlite is damaged \(.*\): restore a backup; or, to start/

  beforeEach(() => {
    const db = openDatabase(path)
    for (let number = 0; number < 500; number++) addFile(db, `file-${number}`)
    closeDatabase(db)
  })

  it('a file that was cut off', () => {
    truncateSync(path, 20_000)
    expect(() => openDatabase(path)).toThrow(DAMAGED)
  })

  it('a schema that is no longer one', () => {
    overwrite(path, 100, 200)
    expect(() => openDatabase(path)).toThrow(DAMAGED)
  })

  it('a head that is no longer one', () => {
    overwrite(path, 0, 100)
    expect(() => openDatabase(path)).toThrow('is not a database')
  })
})

function overwrite(file: string, position: number, bytes: number): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(bytes, 0x5a), 0, bytes, position)
  closeSync(handle)
}
