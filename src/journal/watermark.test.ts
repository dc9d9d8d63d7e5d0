import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Watermark } from './watermark.ts'

const NOW = { id: 'one', commits: 10, bootId: 'boot1', risk: 'at-risk' } as const

let path: string

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'watermark-')), 'box.watermark')
})

afterEach(() => rmSync(join(path, '..'), { recursive: true }))

/** Uses a database that has come to 10 commits, up to `commits`, without closing it. */
function use(commits: number, changes: Partial<Parameters<typeof Watermark.take>[1]> = {}) {
  const { watermark, doubt } = Watermark.take(path, { ...NOW, ...changes })
  watermark.raise(commits)
  return { watermark, doubt }
}

const doubtAt = (changes: Partial<Parameters<typeof Watermark.take>[1]>) =>
  Watermark.take(path, { ...NOW, ...changes }).doubt

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

it('believes one that has had no commits yet', () => {
  expect(doubtAt({ commits: 0 })).toBeUndefined()
})

it('[SYNC10] doubts another database', () => {
  use(12)
  expect(doubtAt({ id: 'other', commits: 100 })).toBe(
    'the watermark beside it is of another database',
  )
})

it('[SYNC10] doubts one that was in use when the machine went down', () => {
  use(12)
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBe(
    'the machine went down while it was in use',
  )
})

it('believes one that the machine could not harm when it went down', () => {
  use(12, { risk: 'safe' })
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBeUndefined()
})

it('believes one that was closed, whatever the machine did then', () => {
  use(12).watermark.close()
  expect(doubtAt({ commits: 12, bootId: 'boot2' })).toBeUndefined()
})

it('is whole after each of its writes', () => {
  const { watermark } = use(99_999_999)
  expect(readFileSync(path, 'utf8')).toBe('0000000099999999 at-risk one boot1\n')
  watermark.close()
  expect(readFileSync(path, 'utf8')).toBe('0000000099999999 safe    one boot1\n')
})
