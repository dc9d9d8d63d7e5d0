import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from './database.ts'
import { messagesIn } from './messages.ts'
import { quickCheck } from './quick-check.ts'

const PAGE_BYTES = 4096

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quick-check-'))
  path = join(folder, 'box.sqlite')
  const db = openDatabase(path)
  const { append } = messagesIn(db)
  db.transaction(() => {
    for (let first = 1; first <= 2000; first++)
      append(1, { first, count: 1, text: 'x'.repeat(500) })
  })()
  closeDatabase(db)
})
afterEach(() => rmSync(folder, { recursive: true }))

it('finds nothing in a database that is well', () => {
  expect(quickCheck(path)).toEqual([])
})

it('sees what is committed to the log', () => {
  const db = openDatabase(path)
  messagesIn(db).append(2, { first: 1, count: 1, text: 'x' })
  expect(quickCheck(path)).toEqual([])
  closeDatabase(db)
})

describe('finds damage', () => {
  it('in the middle of a file that opens well', () => {
    overwriteFrom(100 * PAGE_BYTES, PAGE_BYTES)
    closeDatabase(openDatabase(path))
    expect(quickCheck(path)[0]).toMatch(/page 101\b/)
  })

  it('all over, and tells the first of it', () => {
    overwriteFrom(50 * PAGE_BYTES, 200 * PAGE_BYTES)
    const findings = quickCheck(path)
    expect(findings).toHaveLength(10)
    for (const finding of findings) expect(finding).toMatch(/page \d+/)
  })

  it('in a file that was cut off', () => {
    truncateSync(path, 10 * PAGE_BYTES)
    expect(quickCheck(path)).toEqual(['database disk image is malformed'])
  })

  it('in a file that is no database', () => {
    writeFileSync(path, 'no database')
    expect(quickCheck(path)).toEqual(['file is not a database'])
  })
})

it('a file that cannot be opened is an error, not damage', () => {
  rmSync(path)
  expect(() => quickCheck(path)).toThrow('unable to open database file')
})

function overwriteFrom(position: number, bytes: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0x5a), 0, bytes, position)
  closeSync(file)
}
