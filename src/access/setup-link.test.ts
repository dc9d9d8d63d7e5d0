import { expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { SetupLink } from './setup-link.ts'

const DAY_MS = 86_400_000

const done = async () => {}

test('[ADMIN2] its code has 128 bits, and is good once', async () => {
  const link = new SetupLink(new ManualClock())
  const { code } = link.make()
  expect(Buffer.from(code, 'base64url')).toHaveLength(16)
  expect(link.isGood(code)).toBe(true)
  expect(await Promise.all([link.use(code, done), link.use(code, done)])).toEqual([true, false])
  expect(link.isGood(code)).toBe(false)
})

test('[ADMIN2] it stays good if what it is for cannot be done, unless there is another one by then', async () => {
  const link = new SetupLink(new ManualClock())
  const { code } = link.make()
  const fail = () => Promise.reject(new Error('the disk is full'))
  await expect(link.use(code, fail)).rejects.toThrow('the disk is full')
  expect(link.isGood(code)).toBe(true)
  const failed = link.use(code, fail)
  const other = link.make()
  await expect(failed).rejects.toThrow()
  expect([link.isGood(code), link.isGood(other.code)]).toEqual([false, true])
})

test('[ADMIN2] it is good for a day', async () => {
  const clock = new ManualClock()
  const link = new SetupLink(clock)
  const { code, expiresAt } = link.make()
  expect(expiresAt).toBe(clock.wallTime() + DAY_MS)
  clock.advanceTo(DAY_MS - 1)
  expect(link.isGood(code)).toBe(true)
  clock.advanceTo(DAY_MS)
  expect(await link.use(code, done)).toBe(false)
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
