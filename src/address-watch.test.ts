import { expect, test } from 'vitest'
import { ManualClock } from '../test/support/manual-clock.ts'
import { watchAddresses } from './address-watch.ts'
import { newAddresses } from './greeting.ts'
import type { Announced } from './system/announced-addresses.ts'

function known(...urls: readonly string[]): Announced {
  const lonely = urls.length > 0 ? undefined : 'no-network'
  return { others: { urls, adminUrls: [] }, here: { urls: [], adminUrls: [] }, lonely }
}

const WIFI = 'http://192.168.1.20:8888/'
const CABLE = 'http://10.0.0.4:8888/'

test('a network that comes while the box runs is told, once, and not when nothing has changed', () => {
  const clock = new ManualClock()
  let now = known()
  const told: Announced[] = []
  const stop = watchAddresses({
    ...{ announced: () => now, timers: clock, onChange: (announced) => told.push(announced) },
  })
  clock.advanceTo(clock.elapsed + 60_000)
  expect(told).toEqual([])
  now = known(WIFI)
  clock.advanceTo(clock.elapsed + 60_000)
  expect(told).toEqual([known(WIFI)])
  now = known(WIFI, CABLE)
  clock.advanceTo(clock.elapsed + 15_000)
  now = known(CABLE, WIFI)
  clock.advanceTo(clock.elapsed + 15_000)
  expect(told.length).toBe(2)
  stop()
  now = known()
  clock.advanceTo(clock.elapsed + 60_000)
  expect(told.length).toBe(2)
})

test('a name that the box gets is told at once', async () => {
  const hint = Promise.withResolvers<void>()
  const timers = new ManualClock()
  let now = known(WIFI)
  const told: Announced[] = []
  const onChange = (announced: Announced) => void told.push(announced)
  const stop = watchAddresses({ announced: () => now, timers, hint: hint.promise, onChange })
  now = known(WIFI, 'http://croquet.local:8888/')
  hint.resolve()
  await expect.poll(() => told).toEqual([now])
  stop()
})

test('new addresses are said with a code, and the loss of the last with what to do', () => {
  expect(newAddresses(known(WIFI))).toMatch(/^Others open the box now at\n {2}http:\/\/192/)
  expect(newAddresses(known(WIFI))).toContain('█')
  expect(newAddresses(known())).toContain('it is in no network now')
  expect(newAddresses(known())).not.toContain('█')
})
