import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { whyUnavailable } from './unavailable.ts'

/** What an SQLite database throws when this is done to it. */
function errorOf(attempt: (path: string) => void): unknown {
  const dir = mkdtempSync(join(tmpdir(), 'db-'))
  try {
    attempt(join(dir, 'box.sqlite'))
  } catch (error) {
    return error
  } finally {
    rmSync(dir, { recursive: true })
  }
  return undefined
}

it('tells a database that another program holds', () => {
  const error = errorOf((path) => {
    const other = new Sqlite(path)
    other.exec('BEGIN IMMEDIATE')
    const db = new Sqlite(path, { timeout: 0 })
    try {
      db.exec('BEGIN IMMEDIATE')
    } finally {
      db.close()
      other.close()
    }
  })
  expect(whyUnavailable(error)).toBe('another program holds its database')
})

it('tells a database that has no room', () => {
  const error = errorOf((path) => {
    const db = new Sqlite(path)
    db.exec('CREATE TABLE t (x)')
    db.pragma('max_page_count = 2')
    try {
      for (let row = 0; row < 100; row++) db.exec('INSERT INTO t VALUES (randomblob(1000))')
    } finally {
      db.close()
    }
  })
  expect(whyUnavailable(error)).toBe('its disk is full')
})

it('does not excuse what would fail again', () => {
  const error = errorOf((path) => {
    const db = new Sqlite(path)
    try {
      db.exec('INSERT INTO nothing VALUES (1)')
    } finally {
      db.close()
    }
  })
  expect(error).toBeInstanceOf(Error)
  expect(whyUnavailable(error)).toBeUndefined()
  expect(whyUnavailable(new Error('no code'))).toBeUndefined()
})

it.each(['EROFS', 'SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED'])(
  'tells a disk that is read-only for now by %s',
  (code) => {
    const error = Object.assign(new Error('write'), { code })
    expect(whyUnavailable(error)).toBe('its disk is read-only')
  },
)
