import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startBackup } from './background-backup.ts'
import { lockBackups } from './box-folder.ts'
import { makeSampleBox } from './sample-box.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'background-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('a process of its own makes the tar', async () => {
  await makeSampleBox(dir)
  const { tar, begun, done } = startBackup(dir)
  await begun
  const bytes = await buffer(tar)
  await done
  expect(bytes.includes('manifest.json')).toBe(true)
})

test('one that cannot be made tells why before it begins', async () => {
  await makeSampleBox(dir)
  const unlock = lockBackups(dir)
  const { begun, done } = startBackup(dir)
  await expect(begun).rejects.toThrow(/^another backup or restore is at work/)
  await expect(done).rejects.toThrow('another backup')
  unlock()
})

test('one that is stopped is not whole', async () => {
  await makeSampleBox(dir)
  const { done, stop } = startBackup(dir)
  stop()
  stop()
  await expect(done).rejects.toThrow('the backup was stopped')
})
