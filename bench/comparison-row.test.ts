import { expect, it } from 'vitest'
import { comparisonRows, missedGoals, type Trial } from './comparison-row.ts'
import type { ContenderName } from './contender.ts'
import { type Figure, less, more } from './scenario.ts'

it('takes the ratio within a round, then the median of the rounds', () => {
  const [row] = comparisonRows(
    [
      ...round(1, [cost(2)], [cost(20)]),
      ...round(2, [cost(4)], [cost(80)]),
      ...round(3, [cost(1)], [cost(12)]),
    ],
    {},
  )
  expect(row).toMatchObject({ box: 2, reference: 20, ratios: [10, 20, 12] })
})

it('counts more as better for some figures, and less for others', () => {
  const rows = comparisonRows(round(1, [cost(2), rate(90)], [cost(6), rate(30)]), {})
  expect(rows.map(({ ratios }) => ratios)).toEqual([[3], [3]])
})

it('does not tell apart what is below the floor', () => {
  const tiny = (value: number) => less('E.drift', 'mean interval', 'ms off', value, 0.02)
  const [row] = comparisonRows(round(1, [tiny(0.0001)], [tiny(0.2)]), {})
  expect(row?.ratios).toEqual([10])
})

it('has no ratio of a round in which one side has no figure', () => {
  const trials = [...round(1, [cost(null)], [cost(8)]), ...round(2, [cost(2)], [cost(8)])]
  expect(comparisonRows(trials, {})[0]?.ratios).toEqual([4])
})

it('misses a goal that is not reached, and one that was not measured', () => {
  const goals = { 'A.cpu': { ratio: 5 }, 'A.rate': { ratio: 1 }, 'B.cpu': { ratio: 9 } }
  const rows = comparisonRows(round(1, [cost(2)], [cost(8)]), goals)
  expect(missedGoals(goals, rows, ['A'], true)).toEqual([
    'A.cpu: ≥ 5×; 4.00× the reference, 2.00 µs',
    'A.rate: ≥ 1×; nothing was measured',
  ])
})

it('asks for what does not depend on the reference also without one', () => {
  const goals = { 'A.cpu': { ratio: 5, atMost: 1.5 } }
  const rows = comparisonRows(round(1, [cost(2)], []), goals)
  expect(missedGoals(goals, rows, ['A'], false)).toEqual(['A.cpu: ≥ 5×, ≤ 1.5; 2.00 µs'])
  const cheaper = comparisonRows(round(1, [cost(1)], []), goals)
  expect(missedGoals(goals, cheaper, ['A'], false)).toEqual([])
})

it('takes a goal for missed of which nothing was measured, with a reference or without', () => {
  const goals = { 'A.cpu': { ratio: 5 } }
  for (const hasReference of [true, false]) {
    expect(missedGoals(goals, [], ['A'], hasReference)).toEqual([
      'A.cpu: ≥ 5×; nothing was measured',
    ])
  }
})

function cost(value: number | null): Figure {
  return less('A.cpu', 'a delivery', 'µs', value)
}

function rate(value: number): Figure {
  return more('A.rate', 'saturated', 'deliveries/s', value)
}

function round(number: number, box: readonly Figure[], reference: readonly Figure[]): Trial[] {
  const trial = (contender: ContenderName, figures: readonly Figure[]): Trial => ({
    round: number,
    contender,
    scenario: 'A',
    outcome: { figures, troubles: [], gaps: 0, othersCores: [], details: undefined },
  })
  return [trial('box', box), trial('reference', reference)]
}
