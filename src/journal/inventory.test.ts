import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, type Database, openDatabase } from '../db/database.ts'
import { filesIn } from '../db/files.ts'
import { fileIndexIn } from '../db/inventory.ts'
import { savedIn } from '../db/saved.ts'
import { sessionsIn } from '../db/sessions.ts'
import { snapshotsIn } from '../db/snapshots.ts'
import { parseFilePath } from '../files/file-path.ts'
import { type InventoryReport, type InventorySource, takeInventory } from './inventory.ts'
import { snapshotAt, stateAt } from './sample-records.ts'

const HASH = 'h'.repeat(43)
const DATA = `apps/io.croquet.test/${HASH}/data/${HASH}`
const SAVED = `apps/io.croquet.test/${HASH}/save/${HASH}`
const snapshotPath = (time: number) =>
  `snapshots/${HASH}/${String(time).padStart(10, '0')}_${time}-${HASH}.snap`

let folder: string
let uploadsDir: string
let quarantineDir: string
let db: Database
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inventory-'))
  uploadsDir = join(folder, 'uploads')
  quarantineDir = join(folder, 'quarantine')
  mkdirSync(uploadsDir)
  db = openDatabase(join(folder, 'box.sqlite'))
})
afterEach(() => {
  closeDatabase(db)
  rmSync(folder, { recursive: true })
})

const OLD = 1000
/** After all files of a test. */
const later = () => Date.now() + 10_000

function putFile(path: string, content = 'content'): void {
  const file = join(uploadsDir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

function putRow(path: string, bytes = 'content'.length): void {
  filesIn(db).put({ path, bytes }, OLD)
}

const rows = () =>
  db.prepare('SELECT path, bytes FROM files ORDER BY path').all() as Array<{
    path: string
    bytes: number
  }>
const usedAt = (path: string) =>
  db.prepare('SELECT used_at FROM files WHERE path = ?').pluck().get(path)
const inQuarantine = (path: string) => readFileSync(join(quarantineDir, path), 'utf8')

const cutShort: InventoryReport[] = []

function sourceWith(changes: Partial<InventorySource> = {}): InventorySource {
  return {
    index: fileIndexIn(db),
    uploadsDir,
    quarantineDir,
    isFilePath: (path) => parseFilePath(path) !== undefined,
    wallTime: later,
    onCutShort: (report) => cutShort.push(report),
    ...changes,
  }
}

/** What an inventory reports, and in how many steps. */
function run(source = sourceWith()): { report: InventoryReport; steps: number } {
  const inventory = takeInventory(source)
  for (let steps = 1; ; steps++) {
    const step = inventory.next()
    if (step.done) return { report: step.value, steps }
  }
}

const NOTHING = { count: 0, paths: [] }
const ALL_WELL: InventoryReport = {
  adopted: NOTHING,
  missing: NOTHING,
  lost: NOTHING,
  changed: NOTHING,
  foreign: NOTHING,
  stuck: NOTHING,
}
const only = (kind: keyof InventoryReport, ...paths: string[]): InventoryReport => ({
  ...ALL_WELL,
  [kind]: { count: paths.length, paths },
})

describe('what is as it should be stays as it is', () => {
  it('nothing at all', () => {
    expect(run().report).toEqual(ALL_WELL)
  })

  it('files in the index', () => {
    for (const path of [DATA, SAVED, snapshotPath(1)]) {
      putFile(path)
      putRow(path)
    }
    expect(run().report).toEqual(ALL_WELL)
    expect(rows()).toHaveLength(3)
    expect(usedAt(DATA)).toBe(OLD)
    expect(existsSync(quarantineDir)).toBe(false)
  })

  it('names that begin with a dot, in whatever folder', () => {
    for (const path of ['.gitkeep', '.snapshot/a', `snapshots/${HASH}/.nfs01`]) putFile(path)
    expect(run().report).toEqual(ALL_WELL)
    expect(existsSync(join(uploadsDir, '.snapshot/a'))).toBe(true)
  })

  it('folders that the owner of the box put elsewhere', () => {
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(uploadsDir, 'snapshots'))
    putFile(snapshotPath(1))
    putRow(snapshotPath(1))
    expect(run().report).toEqual(ALL_WELL)
    expect(rows()).toHaveLength(1)
  })
})

describe('a file that the index does not know', () => {
  it('is taken into it, and counts as in use for a month', () => {
    putFile(DATA, '12345')
    expect(run(sourceWith({ wallTime: () => 9e15 })).report).toEqual(only('adopted', DATA))
    expect(rows()).toEqual([{ path: DATA, bytes: 5 }])
    expect(usedAt(DATA)).toBe(9e15 + 30 * 24 * 3_600_000)
  })

  it('is left to its upload if it is new', () => {
    putFile(DATA)
    expect(run(sourceWith({ wallTime: () => Date.now() - 10_000 })).report).toEqual(ALL_WELL)
    expect(rows()).toEqual([])
  })
})

describe('a file of another length than when it was stored', () => {
  it('goes to quarantine, so that it can be uploaded again, and is lost for who needs it', () => {
    putFile(SAVED, 'short')
    putRow(SAVED, 1000)
    savedIn(db).put({ appId: 'a', persistentId: 'p', path: SAVED }, OLD)
    const { report } = run()
    expect(report.changed).toEqual({ count: 1, paths: [SAVED] })
    expect(report.lost).toEqual({ count: 1, paths: [SAVED] })
    expect(existsSync(join(uploadsDir, SAVED))).toBe(false)
    expect(inQuarantine(SAVED)).toBe('short')
    expect(rows()).toEqual([])
  })

  it('is left to its upload if it is new', () => {
    putFile(SAVED, 'uploaded again')
    putRow(SAVED, 1000)
    expect(run(sourceWith({ wallTime: () => Date.now() - 10_000 })).report).toEqual(ALL_WELL)
    expect(existsSync(join(uploadsDir, SAVED))).toBe(true)
  })
})

describe('a file in the index that is not there', () => {
  it('is forgotten', () => {
    putRow(DATA)
    expect(run().report).toEqual(only('missing', DATA))
    expect(rows()).toEqual([])
  })

  it.each(['a snapshot', 'saved data', 'a running session'])('is lost if it had %s', (what) => {
    putRow(DATA)
    const state = stateAt(1, what === 'a running session' ? { persistedPath: DATA } : {})
    const key = sessionsIn(db).put('s', state, OLD)
    if (what === 'a snapshot') snapshotsIn(db).put(key, { ...snapshotAt(1), path: DATA }, OLD)
    if (what === 'saved data') savedIn(db).put({ appId: 'a', persistentId: 'p', path: DATA }, OLD)
    expect(run().report).toEqual(only('lost', DATA))
    expect(rows()).toEqual([])
  })
})

it('a file that is collected as garbage meanwhile is no news', () => {
  putRow(DATA)
  const index = fileIndexIn(db)
  const after = (path: string) => {
    const found = index.after(path)
    db.exec('DELETE FROM files')
    return found
  }
  expect(run(sourceWith({ index: { ...index, after } })).report).toEqual(ALL_WELL)
})

describe("what is nobody's goes to quarantine", () => {
  it.each(['note.txt', `snapshots/${HASH}/other.snap`, 'a/b/c'])('%s', (path) => {
    putFile(path, 'mine')
    expect(run().report).toEqual(only('foreign', path))
    expect(existsSync(join(uploadsDir, path))).toBe(false)
    expect(inQuarantine(path)).toBe('mine')
  })

  it('a folder named like a file, with all in it', () => {
    putFile(`${DATA}/inner`, 'mine')
    expect(run().report).toEqual(only('foreign', DATA))
    expect(inQuarantine(`${DATA}/inner`)).toBe('mine')
  })

  it('a link that leads nowhere', () => {
    mkdirSync(dirname(join(uploadsDir, DATA)), { recursive: true })
    symlinkSync('nowhere', join(uploadsDir, DATA))
    expect(run().report).toEqual(only('foreign', DATA))
  })

  it('folders within folders, however deep, in one go', () => {
    const deep = Array.from({ length: 300 }, () => 'f').join('/')
    putFile(`${deep}/file`, 'mine')
    expect(run().report).toEqual(only('foreign', 'f/f/f/f/f/f/f/f/f/f'))
    expect(inQuarantine(`${deep}/file`)).toBe('mine')
  })

  it('and overwrites nothing there', () => {
    for (const content of ['first', 'second', 'third']) {
      putFile('note', content)
      expect(run().report).toEqual(only('foreign', 'note'))
    }
    expect(inQuarantine('note')).toBe('first')
    expect(inQuarantine('note.1')).toBe('second')
    expect(inQuarantine('note.2')).toBe('third')
  })

  it('or stays where it is and is told, if that cannot be', () => {
    putFile('note', 'mine')
    writeFileSync(quarantineDir, 'a file where a folder is to be')
    expect(run().report).toEqual(only('stuck', 'note'))
    expect(readFileSync(join(uploadsDir, 'note'), 'utf8')).toBe('mine')
  })
})

it('does the rest if a file cannot be looked at', () => {
  putFile(DATA)
  symlinkSync(HASH, join(uploadsDir, HASH))
  expect(run().report).toEqual({ ...only('stuck', HASH), adopted: { count: 1, paths: [DATA] } })
})

it('tells if the uploads cannot be read', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(run(sourceWith({ uploadsDir: file })).report).toEqual(only('stuck', ''))
})

it('tells how many, and the first few', () => {
  for (let time = 0; time < 8; time++) putRow(snapshotPath(time))
  expect(run().report.missing).toEqual({
    count: 8,
    paths: [0, 1, 2, 3, 4].map(snapshotPath),
  })
})

it('fails if the index cannot be read or changed', () => {
  putFile(DATA)
  const source = sourceWith()
  db.exec('DROP TABLE files')
  expect(() => run(source)).toThrow('no such table')
})

it('finds all well the second time', () => {
  putFile(DATA)
  putFile('note')
  putRow(SAVED)
  expect(run().report).not.toEqual(ALL_WELL)
  expect(run().report).toEqual(ALL_WELL)
})

describe('with many files', () => {
  const COUNT = 1000
  beforeEach(() => {
    for (let time = 0; time < COUNT; time++) putFile(snapshotPath(time), '')
  })

  it('takes many steps, between which others use the database', () => {
    const inventory = takeInventory(sourceWith())
    let steps = 0
    for (let step = inventory.next(); !step.done; step = inventory.next()) {
      filesIn(db).put({ path: `step-${++steps}`, bytes: 1 }, OLD)
      if (steps === 1) expect(rows().length).toBeLessThan(COUNT / 2)
    }
    expect(steps).toBeGreaterThan(5)
    expect(rows().filter(({ path }) => path.startsWith('snapshots/'))).toHaveLength(COUNT)
  })

  it('can be given up at any step', () => {
    const inventory = takeInventory(sourceWith())
    let steps = 0
    for (const _ of inventory) if (++steps === 3) break
    expect(run().report.adopted.count).toBeLessThan(COUNT)
    expect(rows()).toHaveLength(COUNT)
  })
})

it('tells what it did if it is cut short', () => {
  cutShort.length = 0
  writeFileSync(join(uploadsDir, 'foreign'), 'x')
  const index = { ...fileIndexIn(db), after: () => notReadable() }
  expect(() => run(sourceWith({ index }))).toThrow('disk')
  expect(cutShort).toMatchObject([{ foreign: { count: 1, paths: ['foreign'] } }])
})

function notReadable(): never {
  throw new Error('disk')
}
