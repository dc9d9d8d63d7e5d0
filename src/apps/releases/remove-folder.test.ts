import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder } from './remove-folder.ts'

let top: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'remove-'))
})
afterEach(() => rmSync(top, { recursive: true }))

test('a folder goes with all that is in it, and nothing that a link in it leads to', async () => {
  mkdirSync(join(top, 'app/js/deep'), { recursive: true })
  mkdirSync(join(top, 'other'))
  writeFileSync(join(top, 'other/file'), '')
  writeFileSync(join(top, 'app/js/main.js'), '')
  symlinkSync(join(top, 'other'), join(top, 'app/link'))
  await removeFolder(join(top, 'app'))
  expect(existsSync(join(top, 'app'))).toBe(false)
  expect(existsSync(join(top, 'other/file'))).toBe(true)
})

test('one that is not there is gone', async () => {
  await removeFolder(join(top, 'nothing'))
})

test('what cannot be removed is told', async () => {
  writeFileSync(join(top, 'file'), '')
  await expect(removeFolder(join(top, 'file'))).rejects.toThrow('ENOTDIR')
})
