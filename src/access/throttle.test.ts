import { expect, test } from 'vitest'
import { Throttle } from './throttle.ts'

test('takes so many of each key in a window, and again in the next', () => {
  let now = 0
  const throttle = new Throttle(2, 60_000, () => now)
  expect(['a', 'a', 'a', 'b'].map((key) => throttle.take(key))).toEqual([true, true, false, true])
  now = 59_999
  expect(throttle.isFull('a')).toBe(true)
  now = 60_000
  expect(throttle.isFull('a')).toBe(false)
  expect(throttle.take('a')).toBe(true)
})

test('keeps a bounded number of keys, and takes none beside them', () => {
  const throttle = new Throttle(2, 60_000, () => 0)
  for (let key = 0; key < 10_000; key++) throttle.add(String(key))
  expect(throttle.take('one more')).toBe(false)
  expect(throttle.take('1')).toBe(true)
})
