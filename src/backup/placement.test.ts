import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isKilledAt } from '../../test/support/killed-at-step.ts'
import { finishPlacement, isPlacementUnfinished, PLAN_NAME, replaceData } from './placement.ts'

const PLACEMENT = new URL('./placement.ts', import.meta.url)

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

/** Replaces the data in a process that is killed before its n-th change; whether it was. */
function replaceAndKill(step: number): boolean {
  const args = [dir, newDir, join(dir, 'aside')].map((arg) => JSON.stringify(arg)).join()
  return isKilledAt(
    step,
    `const { replaceData } = await import(${JSON.stringify(PLACEMENT)}); await replaceData(${args})`,
  )
}

const textOf = (...names: string[]) => readFileSync(join(dir, ...names), 'utf8')

/** Old and new data, each of which tells which it is. */
function makeData(): void {
  rmSync(dir, { recursive: true })
  for (const [folder, text] of [
    [dir, 'old'],
    [newDir, 'new'],
  ] as const) {
    mkdirSync(join(folder, 'uploads'), { recursive: true })
    mkdirSync(join(folder, 'access'))
    for (const name of ['box.sqlite', 'uploads/file', 'access/key']) {
      writeFileSync(join(folder, name), text)
    }
  }
  for (const name of ['box.sqlite-wal', 'box.watermark', 'box.commits-a']) {
    writeFileSync(join(dir, name), 'old')
  }
}

const DATA = ['access/key', 'box.sqlite', 'uploads/file']
const OLD_ONLY = ['box.commits-a', 'box.sqlite-wal', 'box.watermark']

function expectOld(folder = ''): void {
  for (const name of [...DATA, ...OLD_ONLY]) expect(textOf(folder, name), name).toBe('old')
}

function expectNew(): void {
  for (const name of DATA) expect(textOf(name), name).toBe('new')
  for (const name of OLD_ONLY) expect(existsSync(join(dir, name)), name).toBe(false)
  expectOld('aside')
}

it('is finished afterwards, or was not begun, whenever the process is killed', async () => {
  const outcomes = new Set<string>()
  for (let step = 1; ; step += 1) {
    makeData()
    if (!replaceAndKill(step)) break
    const isUnfinished = isPlacementUnfinished(dir)
    const finished = finishPlacement(dir)
    if (isUnfinished) {
      expect(finished).toEqual({ oldDataDir: join(dir, 'aside') })
      expectNew()
      outcomes.add('finished')
    } else if (existsSync(newDir) && existsSync(join(newDir, 'box.sqlite'))) {
      expectOld()
      outcomes.add('not begun')
    } else expectNew()
    expect(readdirSync(dir)).not.toContain(PLAN_NAME)
    expect(finishPlacement(dir)).toBeUndefined()
  }
  expectNew()
  expect([...outcomes]).toEqual(['not begun', 'finished'])
}, 60_000)

it('is finished even if the process that finishes it is killed as well', () => {
  makeData()
  replaceAndKill(7)
  const url = JSON.stringify(PLACEMENT)
  const finish = `(await import(${url})).finishPlacement(${JSON.stringify(dir)})`
  let kills = 0
  // At least one move is done each time.
  while (kills < 20 && isKilledAt(3, finish)) kills += 1
  expect(kills).toBeGreaterThan(3)
  expect(kills).toBeLessThan(20)
  expectNew()
}, 60_000)

it('tells what to do if the new data is gone', () => {
  makeData()
  replaceAndKill(7)
  rmSync(newDir, { recursive: true })
  for (let times = 0; times < 2; times += 1) {
    expect(() => finishPlacement(dir)).toThrow(
      `Or undo the restore: move all that is in ${join(dir, 'aside')} back into ${dir}, and delete ` +
        join(dir, PLAN_NAME),
    )
  }
})

it('tells what to do if the plan is damaged', () => {
  writeFileSync(join(dir, PLAN_NAME), '{')
  expect(() => finishPlacement(dir)).toThrow('Undo the restore: move all that is in the newest')
})
