import { expect, it } from 'vitest'
import { CompletedTallies } from './tally.ts'

it('[TUTTI4] refuses a key that is completed, and any that is older than a minute', () => {
  const completed = new CompletedTallies([])
  completed.add('a@1000', 1000, 1500)
  expect(completed.refuses('a@1000', 1000, 1600)).toBe(true)
  expect(completed.refuses('b@1000', 1000, 1600)).toBe(false)
  expect(completed.refuses('b@1000', 1000, 60_999)).toBe(false)
  expect(completed.refuses('b@1000', 1000, 61_000)).toBe(true)
})

it('[TUTTI5] remembers twenty; older ones are folded into a time before which all is refused', () => {
  const completed = new CompletedTallies([])
  for (let i = 1; i <= 21; i++) completed.add(`k@${i}`, i, 100)
  expect(completed.entries()).toHaveLength(20)
  expect(completed.refuses('other@1', 1, 100)).toBe(true)
  expect(completed.refuses('other@2', 2, 100)).toBe(false)
  expect(completed.refuses('k@21', 21, 100)).toBe(true)
})

it('survives being stored', () => {
  const before = new CompletedTallies([])
  before.add('k@5', 5, 10)
  const after = new CompletedTallies(JSON.parse(JSON.stringify(before.entries())))
  expect(after.refuses('k@5', 5, 10)).toBe(true)
})
