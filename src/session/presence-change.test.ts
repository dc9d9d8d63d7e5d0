import { expect, it } from 'vitest'
import { piecesOf, presenceAfter } from './presence-change.ts'
import type { Presence, PresenceChange } from './record.ts'

const change = (lengths: readonly number[]): PresenceChange => ({
  left: [1, 2],
  joined: lengths.map((length, index) => [index + 3, `"${'x'.repeat(length)}"`]),
  leaveDelay: 5,
})

it('leaves a change of ordinary users in one piece', () => {
  const ordinary = change([10, 20, 30])
  expect(piecesOf(ordinary)).toEqual([ordinary])
  const nobody = change([])
  expect(piecesOf(nobody)).toEqual([nobody])
})

it('gives a change of very long users in pieces that make it up, in order', () => {
  const long = change([3_000_000, 3_000_000, 10, 4_500_000, 10, 10])
  const pieces = piecesOf(long)
  expect(pieces.map(({ joined }) => joined.map(([number]) => number))).toEqual([
    [3, 4],
    [5, 6],
    [7, 8],
  ])
  const before: Presence = {
    announced: [0, 1, 2].map((number) => ({ number, user: 'u' })),
    leaveDelay: 0,
  }
  expect(pieces.reduce(presenceAfter, before)).toEqual(presenceAfter(before, long))
})

it('has all left before the first piece only', () => {
  const pieces = piecesOf({ ...change([4_500_000, 4_500_000]), left: 'all' })
  expect(pieces.map(({ left }) => left)).toEqual(['all', []])
})
