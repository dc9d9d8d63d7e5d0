import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SeenMark } from './seen-mark.ts'
import { doubtOf, type Mark, Watermark } from './watermark.ts'

const NOW = { id: 'one', commits: 10, bootId: 'boot1' }

let path: string

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'watermark-')), 'box.watermark')
})

afterEach(() => rmSync(join(path, '..'), { recursive: true }))

/** Uses a database that has come to 10 commits, up to `commits`, without closing it. */
function use(commits: number, changes: Partial<Mark> = {}): Watermark {
  const watermark = Watermark.take(path, { ...NOW, risk: 'unsynced', ...changes })
  watermark.raise(commits)
  return watermark
}

const doubtAt = (changes: Partial<typeof NOW>, hasLog = true) =>
  doubtOf(path, { ...NOW, ...changes }, hasLog)

it('[SYNC10] believes a database that has come as far as before, or farther', () => {
  use(12)
  expect(doubtAt({ commits: 12 })).toBeUndefined()
  expect(doubtAt({ commits: 13 })).toBeUndefined()
})

it('[SYNC10] doubts one that has not come so far', () => {
  use(12)
  expect(doubtAt({ commits: 11 })).toBe('it has 11 commits, and had 12')
})

it('[SYNC10] doubts one that had commits and has no watermark, or one that is no watermark', () => {
  expect(doubtAt({})).toBe('there is no watermark beside it')
  writeFileSync(path, 'something else')
  expect(doubtAt({})).toBe('there is no watermark beside it')
})

it('believes one that has had no commits yet, unless it had some', () => {
  expect(doubtAt({ commits: 0 })).toBeUndefined()
  use(12)
  expect(doubtAt({ commits: 0 })).toBe('it has 0 commits, and had 12')
})

it('[SYNC10] doubts another database', () => {
  use(12)
  expect(doubtAt({ id: 'other', commits: 100 })).toBe(
    'the watermark beside it is of another database',
  )
})

it('[SYNC10] doubts one until the mark is taken over', () => {
  use(12)
  for (let times = 0; times < 2; times++) expect(doubtAt({ commits: 11 })).toBeDefined()
  use(11, { commits: 11 })
  expect(doubtAt({ commits: 11 })).toBeUndefined()
})

it('[SYNC10] doubts one that was in use when the machine went down', () => {
  use(12)
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBe(
    'the machine went down while it was in use',
  )
})

it('believes one that the machine could not harm when it went down', () => {
  use(12, { risk: 'logged' })
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBeUndefined()
})

it('believes one that was closed, whatever the machine did then', () => {
  use(12).close(true)
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBeUndefined()
})

it('[SYNC10] doubts one whose commit log is gone, unless it was closed', () => {
  const watermark = use(12, { risk: 'logged' })
  expect(doubtAt({ commits: 12 })).toBeUndefined()
  expect(doubtAt({ commits: 12 }, false)).toBe('its commit log is gone')
  watermark.close(true)
  expect(doubtAt({ commits: 12 }, false)).toBeUndefined()
})

it('believes one whose last commits a box without a log made, unless the machine went down', () => {
  use(12, { risk: 'at-risk' })
  expect(doubtAt({ commits: 12 }, false)).toBeUndefined()
  expect(doubtAt({ commits: 12, bootId: 'boot2' }, false)).toBeDefined()
})

it('[SYNC10] is no less in doubt when it was closed while something was in the log only', () => {
  use(12).close(false)
  expect(doubtAt({ commits: 12 }, false)).toBe('its commit log is gone')
})

it('[SYNC10] doubts one that has not come as far as clients saw', async () => {
  use(12)
  const seen = new SeenMark(path)
  seen.raise(13)
  await seen.raiseLater(14)
  await seen.close()
  expect(doubtAt({ commits: 14 })).toBeUndefined()
  expect(doubtAt({ commits: 13 })).toBe('its log ends at commit 13, and went to 14')
  expect(doubtAt({ commits: 11 })).toBe('it has 11 commits, and had 12')
})

it('believes the mark of an older box, which knew nothing of what clients saw', () => {
  writeFileSync(path, '0000000000000012 unsynced one boot1\n')
  expect(doubtAt({ commits: 12 })).toBeUndefined()
  expect(doubtAt({ commits: 11 })).toBe('it has 11 commits, and had 12')
})

it('is whole after each of its writes', () => {
  const watermark = use(99_999_999)
  expect(readFileSync(path, 'utf8')).toBe('0000000099999999 0000000000000010 unsynced one boot1\n')
  watermark.close(true)
  expect(readFileSync(path, 'utf8')).toBe('0000000099999999 0000000000000010 safe     one boot1\n')
})
