import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Arrivals } from './arrivals.ts'

let clock: ManualClock
let isCrowded: boolean
let seen: string[]
let arrivals: Arrivals

beforeEach(() => {
  clock = new ManualClock()
  isCrowded = false
  seen = []
  arrivals = new Arrivals(clock, () => isCrowded)
})

function come(name: string, account?: string, isThere = true): void {
  arrivals.come({
    account,
    enter: () => {
      if (isThere) seen.push(name)
      return isThere
    },
    giveUp: () => seen.push(`not ${name}`),
  })
}

it('lets in at once who comes alone', () => {
  come('a')
  expect(seen).toEqual(['a'])
})

it('lets a crowd in bit by bit, a turn of the event loop each, in the order in which it came', () => {
  const names = Array.from({ length: 100 }, (_, index) => `${index}`)
  for (const name of names) come(name)
  const turns = [seen.length]
  while (clock.endTurn()) turns.push(seen.length - turns.reduce((sum, count) => sum + count))
  expect(seen).toEqual(names)
  expect(Math.max(...turns)).toBe(4)
})

it('[LIMIT11] lets in one every 8 ms while it is crowded, and more when it is no longer', () => {
  for (let index = 0; index < 20; index++) come(`${index}`)
  isCrowded = true
  clock.endTurn()
  expect(seen).toHaveLength(5)
  clock.advanceTo(80)
  expect(seen).toHaveLength(15)
  isCrowded = false
  clock.advanceTo(88)
  expect(seen).toHaveLength(19)
  while (clock.endTurn());
  expect(seen).toHaveLength(20)
})

it('[LIMIT11] lets in one of each address in turn, so that those of one keep nobody out', () => {
  for (let index = 0; index < 7; index++) come(`a${index}`, 'a')
  come('b0', 'b')
  come('c0', 'c')
  come('b1', 'b')
  while (clock.endTurn());
  expect(seen.slice(4)).toEqual(['a4', 'b0', 'c0', 'a5', 'b1', 'a6'])
})

it('passes over those who have gone: they take nobody’s turn', () => {
  for (let index = 0; index < 4; index++) come(`${index}`)
  isCrowded = true
  for (let index = 0; index < 500; index++) come(`gone ${index}`, 'a', false)
  come('there', 'a')
  clock.endTurn()
  expect(seen.at(-1)).toBe('there')
})

it('tells how many of an address wait', () => {
  for (let index = 0; index < 7; index++) come(`${index}`, 'a')
  expect([arrivals.waitingOf('a'), arrivals.waitingOf('b')]).toEqual([3, 0])
  while (clock.endTurn());
  expect(arrivals.waitingOf('a')).toBe(0)
})

it.each([false, true])(
  'gives up on those who wait when it closes, and on all who come',
  (crowded) => {
    isCrowded = crowded
    for (let index = 0; index < 6; index++) come(`${index}`)
    arrivals.close()
    come('late')
    while (clock.endTurn());
    expect(seen).toEqual(['0', '1', '2', '3', 'not 4', 'not 5', 'not late'])
    expect(clock.pending).toBe(0)
  },
)
