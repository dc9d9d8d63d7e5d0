import { expect, it } from 'vitest'
import { slope } from './statistics.ts'

it('finds the trend of values that are not on a line', () => {
  const points = [
    [0, 10],
    [1, 14],
    [2, 10],
    [3, 14],
  ] as const
  expect(slope(points)).toBeCloseTo(0.8)
})

it('finds no trend in one value', () => {
  expect(slope([[1, 1]])).toBeNaN()
})
