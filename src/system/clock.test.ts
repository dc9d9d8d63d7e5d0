import { expect, it } from 'vitest'
import { SteadyClock } from './clock.ts'

function setUp() {
  const standstills: number[] = []
  const machine = { now: 1000 }
  const clock = new SteadyClock(
    () => machine.now,
    (ms) => standstills.push(ms),
  )
  return { clock, machine, standstills }
}

it('goes on as the machine does, a busy one included', () => {
  const { clock, machine, standstills } = setUp()
  for (const now of [1000.25, 1500, 3900, 6400]) {
    machine.now = now
    expect(clock.now()).toBe(now)
  }
  expect(standstills).toEqual([])
})

it('[TIME7] leaves out the time in which the process stood still', () => {
  const { clock, machine, standstills } = setUp()
  machine.now = 3_601_000
  const before = clock.now()
  expect(before).toBe(1500)
  machine.now += 100
  expect(clock.now()).toBe(1600)
  expect(standstills).toEqual([3_600_000])
})

it('[STORE1] stands still while it is held, and goes on from there', () => {
  const { clock, machine, standstills } = setUp()
  const release = clock.hold()
  for (const now of [1500, 4000, 60_000]) {
    machine.now = now
    clock.now()
  }
  expect(clock.now()).toBe(1000)
  machine.now += 100
  release()
  machine.now += 50
  expect(clock.now()).toBe(1050)
  expect(standstills).toEqual([56_000])
})
