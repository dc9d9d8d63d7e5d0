import { describe, expect, it } from 'vitest'
import { positionOf, seqAt } from './seq.ts'

describe('seqAt', () => {
  it('[SEQ1] starts near the wrap', () => {
    expect([seqAt(0), seqAt(1)]).toEqual([0xfffffff0, 0xfffffff1])
  })
  it('[SEQ2] wraps to 0', () => {
    expect([seqAt(15), seqAt(16), seqAt(17)]).toEqual([0xffffffff, 0, 1])
  })
  it('is exact after billions of messages', () => {
    expect(seqAt(2 ** 32)).toBe(0xfffffff0)
    expect(seqAt(2 ** 40 + 16)).toBe(0)
  })
})

describe('positionOf', () => {
  it('finds a seq that is at or behind the position', () => {
    for (const position of [0, 5, 15, 16, 100, 2 ** 32 + 7]) {
      for (const behind of [0, 1, 5]) {
        const expected = behind > position ? undefined : position - behind
        expect(positionOf(seqAt(position) - behind, position)).toBe(expected)
      }
    }
  })
  it('knows no seq from the future', () => {
    expect(positionOf(seqAt(8), 7)).toBeUndefined()
    expect(positionOf(0x7fffffff, 16)).toBeUndefined()
  })
  it('knows no seq from before the session', () => {
    expect(positionOf(0xffffffef, 3)).toBeUndefined()
  })
})
