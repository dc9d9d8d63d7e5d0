import { beforeEach, describe, expect, it } from 'vitest'
import { HistoryBudget, parkDeserted } from './history-budget.ts'

/** 1,000,000 of them are for small sessions. */
const LIMITS = { historyBytes: 2_000_000, historiesBytes: 4_000_000 }
const costs = (...all: number[]) => all.map((bytes) => ({ messages: 1, bytes, besideBytes: 0 }))

it('[LIMIT7] a session may keep as much as its own limit while there is plenty', () => {
  const budget = new HistoryBudget(LIMITS)
  expect(budget.maxBytes).toBe(2_000_000)
  budget.update(costs(1_000_000))
  expect([budget.maxBytes, budget.isShort]).toEqual([2_000_000, false])
})

it('[LIMIT7] each may keep as much as is left for all: the longest stop first', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.update(costs(1_400_000, 500_000, 100_000))
  expect([budget.maxBytes, budget.isShort, budget.missing]).toEqual([1_000_000, true, -1_000_000])
})

it('[LIMIT7] a quarter is for small sessions, whatever others keep', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.update(costs(2_000_000, 1_100_000))
  expect([budget.maxBytes, budget.missing]).toEqual([250_000, 100_000])
  budget.took(800_000)
  expect([budget.maxBytes, budget.missing]).toEqual([100_000, 900_000])
})

it('[LIMIT7] has room for all if there is no limit', () => {
  const budget = new HistoryBudget({ historyBytes: 250, historiesBytes: Infinity })
  budget.took(1e9)
  expect([budget.maxBytes, budget.missing < 0, budget.isUsedUp]).toEqual([250, true, false])
})

it('[LIMIT7] however many grow as long as they may, all together stay below it', () => {
  const budget = new HistoryBudget({ historyBytes: 2_500_000, historiesBytes: 5_000_000 })
  const lengths = Array<number>(30).fill(0)
  for (let growing = 0; growing >= 0; ) {
    lengths[growing] = (lengths[growing] ?? 0) + 1000
    budget.update(costs(...lengths))
    growing = lengths.findIndex((length) => length < budget.maxBytes)
  }
  const used = lengths.reduce((sum, length) => sum + length, 0)
  expect(used).toBeGreaterThan(4_900_000)
  // One message is taken from each, even when nothing is left.
  expect(used).toBeLessThanOrEqual(5_000_000 + lengths.length * 1000)
})

it('[LIMIT7] counts what is brought back at once', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.add({ messages: 1, bytes: 3_000_000, besideBytes: 950_000 })
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([50_000, false])
  budget.add({ messages: 1, bytes: 100_000, besideBytes: 0 })
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([1, true])
  budget.update(costs(10))
  expect([budget.maxBytes, budget.isUsedUp]).toEqual([2_000_000, false])
})

it('[LIMIT7] counts each message at once, however fast they come', () => {
  const budget = new HistoryBudget(LIMITS)
  budget.took(1_500_000)
  budget.took(500_000)
  expect(budget.maxBytes).toBe(1_000_000)
})

describe('[LIMIT30] when small sessions alone may grow', () => {
  let parked: string[]
  const lodger = (name: string, bytes: number, isDeserted: boolean, isBusy = false) => ({
    isBusy,
    session: { isDeserted, cost: { messages: 1, bytes, besideBytes: 0 } },
    park: () => {
      parked.push(name)
    },
  })
  const lodgers = [
    lodger('short', 10, true),
    lodger('long', 500, true),
    lodger('longest', 900, true),
    lodger('has company', 5000, false),
    lodger('looks at a file that was announced', 5000, true, true),
  ]

  beforeEach(() => {
    parked = []
  })

  it('those that nobody hears are put away, the longest first, until there is room', () => {
    parkDeserted(lodgers, { missing: 901 }, 0)
    expect(parked).toEqual(['longest', 'long'])
  })

  it('but none while there is room', () => {
    parkDeserted(lodgers, { missing: 0 }, 0)
    expect(parked).toEqual([])
  })
})
