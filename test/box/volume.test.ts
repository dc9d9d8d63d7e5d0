import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, type Database, openDatabase, openReader } from '../../src/db/database.ts'
import { fileIndexIn } from '../../src/db/inventory.ts'
import { startDatabaseCheck } from '../../src/journal/database-check.ts'
import { takeInventory } from '../../src/journal/inventory.ts'
import { volumeOf } from '../../src/system/volume.ts'
import { SmallDisk } from '../crash/faults.ts'
import { findProgram } from '../support/programs.ts'

const bindfs = findProgram('bindfs')
const unmount = findProgram('fusermount3', 'fusermount')
const canMount = bindfs !== undefined && unmount !== undefined && existsSync('/dev/fuse')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'volume-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const addFile = (db: Database, path: string) =>
  db.prepare('INSERT INTO files VALUES (?, 1, 2)').run(path)
const filesIn = (db: Database) => db.prepare('SELECT path FROM files ORDER BY path').pluck().all()

describe.skipIf(!canMount)('on FUSE, which needs bindfs on the machine of the tests', () => {
  let mounted: string
  let path: string
  beforeEach(() => {
    const source = join(folder, 'source')
    mounted = join(folder, 'mounted')
    mkdirSync(source)
    mkdirSync(mounted)
    execFileSync(bindfs ?? '', ['--no-allow-other', source, mounted])
    path = join(mounted, 'box.sqlite')
  })
  afterEach(() => execFileSync(unmount ?? '', ['-u', mounted]))

  it('a folder is not local', () => {
    expect(volumeOf(mounted)).toEqual({
      isLocal: false,
      isLasting: true,
      name: 'FUSE (a shared or attached folder)',
    })
  })

  it('a database changes to a rollback journal, and is well', async () => {
    const log = openDatabase(path)
    addFile(log, 'a')
    closeDatabase(log)
    const db = openDatabase(path, { journalMode: 'rollback', durability: 'power' })
    addFile(db, 'b')
    expect(await startDatabaseCheck(path).findings).toEqual([])
    closeDatabase(db)
    const again = openDatabase(path, { journalMode: 'rollback' })
    expect(filesIn(again)).toEqual(['a', 'b'])
    closeDatabase(again)
  })

  it('uploads are compared with the index, and moved to quarantine', () => {
    const uploadsDir = join(mounted, 'uploads')
    mkdirSync(uploadsDir)
    writeFileSync(join(uploadsDir, 'known'), 'x')
    writeFileSync(join(uploadsDir, 'foreign'), 'x')
    const db = openDatabase(path, { journalMode: 'rollback' })
    const inventory = takeInventory({
      index: fileIndexIn(db),
      uploadsDir,
      quarantineDir: join(mounted, 'quarantine'),
      isFilePath: (name) => name === 'known',
      wallTime: () => Date.now() + 10_000,
      onCutShort: () => {},
    })
    while (!inventory.next().done);
    expect(filesIn(db)).toEqual(['known'])
    expect(existsSync(join(mounted, 'quarantine', 'foreign'))).toBe(true)
    closeDatabase(db)
  })
})

it('a database that another program reads keeps its log, and that is told', () => {
  const path = join(folder, 'box.sqlite')
  closeDatabase(openDatabase(path))
  const other = openReader(path)
  other.exec('BEGIN')
  expect(filesIn(other)).toEqual([])
  expect(() => openDatabase(path, { journalMode: 'rollback' })).toThrow(
    `another program holds the database ${path}: wait until it is done, or end it`,
  )
  other.close()
})

it('a database on a disk without any room is not opened, and its owner is told what to do', async ({
  skip,
}) => {
  const disk = await SmallDisk.mount(4).catch((error: Error) => error.message)
  if (typeof disk === 'string') return skip(disk)
  try {
    const path = join(disk.dir, 'box.sqlite')
    closeDatabase(openDatabase(path))
    const fault = await disk.fill()
    expect(() => openDatabase(path)).toThrow(
      `the disk with the database ${path} is full: make room`,
    )
    await fault.end()
    closeDatabase(openDatabase(path))
  } finally {
    await disk.unmount()
  }
})
