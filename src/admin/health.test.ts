import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { HealthMeter } from './health.ts'

let clock: ManualClock
let cpuMs: number
let looks: number
let diskFails: boolean
let meter: HealthMeter

beforeEach(() => {
  clock = new ManualClock()
  cpuMs = 0
  looks = 0
  diskFails = false
  meter = new HealthMeter({
    desk: { connectionCount: 7, sessionCount: 2 },
    store: {
      volume: async () => {
        looks += 1
        if (diskFails) throw new Error('no disk')
        return { usedBytes: 3, freeBytes: 4 }
      },
    },
    takeVitals: () => ({ cpuMs, memoryBytes: 5, eventLoopDelayMs: { mean: 0.123, max: 4.56 } }),
    takePunctuality: () => ({ tickLatenessMs: 1.23, commitMs: 0.06 }),
    missing: () => [],
    versions: { box: '1', node: '24' },
    clock,
  })
})

test('it tells how the box is doing, and how its disk', async () => {
  clock.advanceTo(2000)
  cpuMs = 500
  expect(await meter.measure()).toEqual({
    ...{ at: clock.wallTime(), uptimeSeconds: 2, versions: { box: '1', node: '24' } },
    ...{ connections: 7, sessions: 2, missing: [], cpuPercent: 25, memoryBytes: 5 },
    ...{ eventLoopDelayMs: { mean: 0.1, max: 4.6 }, tickLatenessMs: 1.2, journalLagMs: 0.1 },
    disk: { usedBytes: 3, freeBytes: 4 },
  })
})

test('those who look within a second share a sample; CPU is counted from one to the next', () => {
  const first = meter.sample()
  clock.advanceTo(500)
  expect(meter.sample()).toBe(first)
  clock.advanceTo(1000)
  cpuMs = 100
  expect(meter.sample().cpuPercent).toBe(10)
})

test('the disk is looked at every ten seconds, and one that does not answer stays as it was', async () => {
  await meter.measure()
  clock.advanceTo(9000)
  await meter.measure()
  expect(looks).toBe(1)
  diskFails = true
  clock.advanceTo(11_000)
  meter.sample()
  clock.advanceTo(12_000)
  expect((await meter.measure()).disk).toEqual({ usedBytes: 3, freeBytes: 4 })
  expect(looks).toBe(2)
})
