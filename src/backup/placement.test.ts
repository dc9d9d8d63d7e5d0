import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { replaceData } from './placement.ts'

let dir: string
let newDir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'placement-'))
  newDir = join(dir, 'new')
  mkdirSync(join(newDir, 'uploads'), { recursive: true })
  writeFileSync(join(dir, 'box.sqlite'), 'old')
  writeFileSync(join(dir, 'box.sqlite-wal'), 'old log')
  mkdirSync(join(dir, 'uploads', 'apps'), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

it('moves old data aside and new data into its place', async () => {
  writeFileSync(join(newDir, 'box.sqlite'), 'new')
  await replaceData(dir, newDir, join(dir, 'aside'))
  expect(readdirSync(dir).sort()).toEqual(['aside', 'box.sqlite', 'new', 'uploads'])
  expect(readFileSync(join(dir, 'box.sqlite'), 'utf8')).toBe('new')
  expect(readdirSync(join(dir, 'uploads'))).toEqual([])
  expect(readdirSync(join(dir, 'aside')).sort()).toEqual([
    'box.sqlite',
    'box.sqlite-wal',
    'uploads',
  ])
})

it('puts everything back if the last move fails', async () => {
  await expect(replaceData(dir, newDir, join(dir, 'aside'))).rejects.toThrow('ENOENT')
  expect(readdirSync(dir).sort()).toEqual(['box.sqlite', 'box.sqlite-wal', 'new', 'uploads'])
  expect(readFileSync(join(dir, 'box.sqlite'), 'utf8')).toBe('old')
  expect(readdirSync(join(dir, 'uploads'))).toEqual(['apps'])
})
