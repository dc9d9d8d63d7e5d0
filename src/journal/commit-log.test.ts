import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CommitLog, type LogPaths } from './commit-log.ts'
import type { Seen } from './seen-mark.ts'

let dir: string
let paths: LogPaths

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'commit-log-'))
  paths = [join(dir, 'a'), join(dir, 'b')]
  for (const path of paths) writeFileSync(path, '')
})
afterEach(() => rmSync(dir, { recursive: true }))

const NOTHING: Seen = { raise: () => {}, raiseLater: async () => {}, close: async () => {} }

const contents = () => paths.map((path) => readFileSync(path, 'utf8'))

/** Appends records that consist of their number. */
async function append(log: CommitLog, ...numbers: number[]): Promise<void> {
  for (const number of numbers) await log.append(number, [Buffer.from(`${number}\n`)])
}

it('appends to one file until the other is to be used', async () => {
  const log = new CommitLog(paths, NOTHING, false)
  await append(log, 11, 12)
  log.turnOver(10)
  await append(log, 13)
  expect(contents()).toEqual(['11\n12\n', '13\n'])
  await log.close(true)
})

it('writes over a file when all in it is in the database', async () => {
  const log = new CommitLog(paths, NOTHING, true)
  await append(log, 11, 12)
  log.turnOver(10)
  await append(log, 13)
  log.turnOver(11)
  await append(log, 14)
  expect(contents()).toEqual(['11\n12\n', '13\n14\n'])
  log.turnOver(12)
  await append(log, 15)
  expect(contents()).toEqual(['15\n12\n', '13\n14\n'])
  await log.close(true)
})

it('appends a record line by line, and all of it again after a failure', async () => {
  const log = new CommitLog(paths, NOTHING, false)
  const lines = ['11+\n', '11\n'].map((line) => Buffer.from(line))
  function* failing() {
    yield* lines
    throw new Error('not to be made')
  }
  await expect(log.append(11, failing())).rejects.toThrow('not to be made')
  await append(log, 10)
  await log.append(11, lines)
  await append(log, 12)
  expect(contents()[0]).toBe('10\n11+\n11\n12\n')
  await log.close(true)
})

it('is empty after its end, unless something in it is needed', async () => {
  const log = new CommitLog(paths, NOTHING, false)
  await append(log, 11)
  await log.close(false)
  expect(contents()).toEqual(['', ''])
})

it.runIf(existsSync('/dev/full'))(
  'rejects if the disk is full, and goes on with the same place',
  async () => {
    const full = new CommitLog(['/dev/full', paths[1]], NOTHING, false)
    await expect(append(full, 11)).rejects.toMatchObject({ code: 'ENOSPC' })
    full.turnOver(10)
    await append(full, 11)
    expect(contents()[1]).toBe('11\n')
    await full.close(true)
  },
)

it.each([
  ['at once', false],
  ['when it is on the disk', true],
])('tells of a record %s, and only when it is in the log', async (_when, isSynced) => {
  const told: string[] = []
  const tell = (number: number) => void told.push(`${number}: ${contents()[0]?.trimEnd()}`)
  const seen: Seen = { ...NOTHING, raise: tell, raiseLater: async (number) => tell(number) }
  const log = new CommitLog(paths, seen, isSynced)
  await append(log, 11)
  expect(told).toEqual(['11: 11'])
  await log.close(true)
})

it('writes a record again whose mark could not be written', async () => {
  const failures = [new Error('no room')]
  const raise = () => {
    const failure = failures.pop()
    if (failure) throw failure
  }
  const log = new CommitLog(paths, { ...NOTHING, raise }, false)
  await expect(append(log, 11)).rejects.toThrow('no room')
  await append(log, 11, 12)
  expect(contents()[0]).toBe('11\n12\n')
  await log.close(true)
})
