import { expect, it } from 'vitest'
import { LogBudget } from './log-budget.ts'

const LINE_UNITS = 10_000
const LINE = lineOf('info')

it('[LOG4] takes 20 MB of lines at once, then 200 KB a second', () => {
  let now = 0
  const budget = new LogBudget(() => now)
  expect(takenOf(budget, 3000)).toBe(2000)
  now = 5000
  expect(takenOf(budget, 3000)).toBe(100)
  expect(budget.linesLeftOut).toBe(3900)
})

it('[LOG4] always takes errors, whatever came before', () => {
  const budget = new LogBudget(() => 0)
  takenOf(budget, 3000)
  expect(budget.takes(LINE)).toBe(false)
  expect(budget.takes(lineOf('warn'))).toBe(false)
  expect(budget.takes(lineOf('error'))).toBe(true)
  expect(budget.takes(lineOf('fatal'))).toBe(true)
})

it('has room again for all that comes at once after some calm', () => {
  let now = 0
  const budget = new LogBudget(() => now)
  takenOf(budget, 3000)
  now = 200_000
  expect(takenOf(budget, 3000)).toBe(2000)
})

it('[LOG4] tells what was left out, at most every ten seconds', () => {
  let now = 0
  const budget = new LogBudget(() => now)
  expect(budget.takeNews()).toBeUndefined()
  takenOf(budget, 2003)
  expect(budget.takeNews()).toEqual({ lines: 3, units: 3 * LINE_UNITS })
  budget.takes(LINE)
  expect(budget.takeNews()).toBeUndefined()
  now = 10_000
  expect(budget.takeNews()).toEqual({ lines: 1, units: LINE_UNITS })
})

function lineOf(level: string): string {
  return `{"level":"${level}","message":"`.padEnd(LINE_UNITS - 3, 'x').concat('"}\n')
}

function takenOf(budget: LogBudget, lines: number): number {
  return Array.from({ length: lines }, () => budget.takes(LINE)).filter(Boolean).length
}
