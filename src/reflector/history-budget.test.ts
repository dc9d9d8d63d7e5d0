import { expect, it } from 'vitest'
import { HistoryBudget } from './history-budget.ts'

const LIMITS = { historyBytes: 250, historiesBytes: 500 }
const costs = (...all: number[]) => all.map((bytes) => ({ messages: 1, bytes, besideBytes: 0 }))

it('[LIMIT7] a session may keep as much as its own limit while there is plenty', () => {
  const budget = new HistoryBudget(LIMITS)
  expect(budget.maxBytes).toBe(250)
  budget.update(costs(250))
  expect([budget.maxBytes, budget.isShort]).toEqual([250, false])
})

it('[LIMIT7] each may keep as much as is left for all: the longest stop first', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.update(costs(240, 100, 10))
  expect([budget.maxBytes, budget.isShort]).toEqual([150, true])
})

it('[LIMIT7] however many grow as long as they may, all together stay below it', () => {
  const budget = new HistoryBudget({ historyBytes: 250_000, historiesBytes: 500_000 })
  const lengths = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let growing = 0; growing >= 0; ) {
    lengths[growing] = (lengths[growing] ?? 0) + 10
    budget.update(costs(...lengths))
    growing = lengths.findIndex((length) => length < budget.maxBytes)
  }
  const used = lengths.reduce((sum, length) => sum + length, 0)
  expect(used).toBeGreaterThan(490_000)
  expect(used).toBeLessThanOrEqual(500_000)
})

it('[LIMIT7] counts what is brought back at once', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.add({ messages: 1, bytes: 400, besideBytes: 50 })
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([50, false])
  budget.add({ messages: 1, bytes: 100, besideBytes: 0 })
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([1, true])
  budget.update(costs(10))
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([250, false])
})

it('[LIMIT7] counts each message at once, however fast they come', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.took(300)
  budget.took(150)
  expect(budget.maxBytes).toBe(50)
})
