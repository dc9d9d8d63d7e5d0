import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { closeDatabase, openDatabase } from '../db/database.ts'
import { startDatabaseCheck } from './database-check.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-'))
  path = join(folder, 'box.sqlite')
  closeDatabase(openDatabase(path))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('finds nothing in a database that is well and in use', async () => {
  const db = openDatabase(path)
  expect(await startDatabaseCheck(path).findings).toEqual([])
  closeDatabase(db)
})

it('tells what is damaged', async () => {
  truncateSync(path, 8192)
  expect(await startDatabaseCheck(path).findings).toEqual(['database disk image is malformed'])
})

it('rejects if there is nothing to check', async () => {
  const check = startDatabaseCheck(join(folder, 'other.sqlite'))
  await expect(check.findings).rejects.toThrow(
    'the database could not be checked: unable to open database file',
  )
  await check.stop()
})

it('can be stopped at any moment, and twice', async () => {
  const check = startDatabaseCheck(path)
  await Promise.all([check.stop(), check.stop()])
  expect(await check.findings).toBeUndefined()
})

it('has let go of the database when it is stopped, however far it came', async () => {
  for (let ms = 0; ms < 100; ms += 20) {
    const check = startDatabaseCheck(path)
    await delay(ms)
    await check.stop()
    closeDatabase(openDatabase(path, { journalMode: 'rollback' }))
  }
})

it('may be stopped when it is over', async () => {
  const check = startDatabaseCheck(path)
  expect(await check.findings).toEqual([])
  await check.stop()
  expect(await check.findings).toEqual([])
})
