import { expect, test } from 'vitest'
import { Allowance } from './allowance.ts'

test('gives a minute’s worth at once, then as much as time brings', () => {
  const allowance = new Allowance(60, 0)
  expect(allowance.waitMs(0)).toBe(0)
  allowance.take(60, 0)
  expect(allowance.waitMs(0)).toBe(1000)
  expect(allowance.waitMs(750)).toBeCloseTo(250)
  expect(allowance.waitMs(1000)).toBe(0)
})

test('saves no more than a minute’s worth', () => {
  const allowance = new Allowance(60, 0)
  allowance.take(60, 1_000_000)
  expect(allowance.waitMs(1_000_000)).toBe(1000)
})

test('is paid back before it gives again, if more was taken than there was', () => {
  const allowance = new Allowance(60, 0)
  allowance.take(120, 0)
  expect(allowance.waitMs(0)).toBe(61_000)
  expect(allowance.isWhole(119_999)).toBe(false)
  expect(allowance.isWhole(120_000)).toBe(true)
})
