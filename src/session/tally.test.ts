import { expect, it } from 'vitest'
import { CompletedTallies } from './tally.ts'

const NONE = { remembered: [], forgottenTime: -1 }

it('[TUTTI4] refuses a key that is completed, and any that is older than a minute', () => {
  const completed = new CompletedTallies(NONE)
  completed.add('a@1000', 1000, 1500)
  expect(completed.refuses('a@1000', 1000, 1600)).toBe(true)
  expect(completed.refuses('b@1000', 1000, 1600)).toBe(false)
  expect(completed.refuses('b@1000', 1000, 60_999)).toBe(false)
  expect(completed.refuses('b@1000', 1000, 61_000)).toBe(true)
})

it('[TUTTI5] remembers twenty; what was sent before an older one is refused', () => {
  const completed = new CompletedTallies(NONE)
  for (let i = 1; i <= 22; i++) completed.add(`k@${i}`, i, 100)
  expect(completed.memory.remembered).toHaveLength(20)
  expect(completed.refuses('k@2', 2, 100)).toBe(true)
  expect(completed.refuses('other@3', 3, 100)).toBe(false)
  expect(completed.refuses('k@22', 22, 100)).toBe(true)
})

it('is not shut by votes from the future, or by the name of a key', () => {
  const completed = new CompletedTallies(NONE)
  for (let i = 0; i < 30; i++) completed.add(`future@${i}`, 1e15, 100)
  completed.add('sentinel', 1e15, 100)
  expect(completed.refuses('honest@150', 150, 200)).toBe(false)
})

it('survives being stored', () => {
  const before = new CompletedTallies(NONE)
  for (let i = 1; i <= 25; i++) before.add(`k@${i}`, i, 100)
  const after = new CompletedTallies(JSON.parse(JSON.stringify(before.memory)))
  expect(after.refuses('k@25', 25, 100)).toBe(true)
  expect(after.refuses('other@4', 4, 100)).toBe(true)
  expect(after.refuses('other@6', 6, 100)).toBe(false)
})
