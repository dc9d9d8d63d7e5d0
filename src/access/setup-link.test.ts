import { expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { SetupLink } from './setup-link.ts'

const DAY_MS = 86_400_000

test('[ADMIN2] its code has 128 bits, and is good once', () => {
  const link = new SetupLink(new ManualClock())
  const { code } = link.make()
  expect(Buffer.from(code, 'base64url')).toHaveLength(16)
  expect([link.isGood(code), link.take(code), link.take(code), link.isGood(code)]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

test('[ADMIN2] it is good for a day', () => {
  const clock = new ManualClock()
  const link = new SetupLink(clock)
  const { code, expiresAt } = link.make()
  expect(expiresAt).toBe(clock.wallTime() + DAY_MS)
  clock.advanceTo(DAY_MS - 1)
  expect(link.isGood(code)).toBe(true)
  clock.advanceTo(DAY_MS)
  expect(link.take(code)).toBe(false)
})

test('[ADMIN2] another one ends it, and what was never made is none', () => {
  const link = new SetupLink(new ManualClock())
  expect(link.isGood('')).toBe(false)
  const { code } = link.make()
  const { code: other } = link.make()
  expect([code, other, '', 'guess'].map((each) => link.isGood(each))).toEqual([
    false,
    true,
    false,
    false,
  ])
})
