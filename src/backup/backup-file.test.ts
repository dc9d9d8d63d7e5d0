import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeWholeFile } from './backup-file.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'backup-'))
  path = join(dir, 'out.tar')
})
afterEach(() => rmSync(dir, { recursive: true }))

const writing = (text: string) => (output: Writable) => pipeline(Readable.from([text]), output)

it('makes a file that only its owner can read, and gives back what the writing gave', async () => {
  const write = async (output: Writable) => {
    await writing('new')(output)
    return 'done'
  }
  expect(await writeWholeFile(path, false, write)).toBe('done')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(['out.tar'])
})

it('replaces a file only if told to, and what a killed one left in any case', async () => {
  writeFileSync(path, 'old')
  writeFileSync(`${path}.part`, 'left', { mode: 0o644 })
  await expect(writeWholeFile(path, false, writing('new'))).rejects.toThrow('is there already')
  expect(readFileSync(path, 'utf8')).toBe('old')
  await writeWholeFile(path, true, writing('new'))
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(dir)).toEqual(['out.tar'])
})

it.each([
  ['before it begins', async () => Promise.reject(new Error('broken'))],
  [
    'on the way',
    (output: Writable) =>
      pipeline(async function* () {
        yield 'some'
        throw new Error('broken')
      }, output),
  ],
])('leaves the old file, and no other, if the writing fails %s', async (_when, write) => {
  writeFileSync(path, 'old')
  await expect(writeWholeFile(path, true, write)).rejects.toThrow('broken')
  expect(readdirSync(dir)).toEqual(['out.tar'])
  expect(readFileSync(path, 'utf8')).toBe('old')
})

it('refuses a folder that is not there', async () => {
  const wrong = join(dir, 'none', 'out.tar')
  await expect(writeWholeFile(wrong, false, writing(''))).rejects.toThrow('there is no folder')
})
