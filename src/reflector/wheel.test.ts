import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Wheel } from './wheel.ts'

function sleeper(first: number, interval = Infinity) {
  const woken: number[] = []
  const self = {
    nextDue: first,
    woken,
    wake: (now: number) => {
      woken.push(now)
      self.nextDue += interval
    },
  }
  return self
}

function setUp() {
  const clock = new ManualClock()
  return { clock, wheel: new Wheel(clock, clock) }
}

it('wakes each sleeper at its time, again and again, with one timer', () => {
  const { clock, wheel } = setUp()
  const [a, b] = [sleeper(50, 50), sleeper(70, 1000)]
  wheel.schedule(a)
  wheel.schedule(b)
  expect(clock.pending).toBe(1)
  clock.advanceTo(160)
  expect(a.woken).toEqual([50, 100, 150])
  expect(b.woken).toEqual([70])
})

it('looks again later when the due time moved on, and at once when it moved near', () => {
  const { clock, wheel } = setUp()
  const [later, sooner] = [sleeper(50), sleeper(5000)]
  wheel.schedule(later)
  wheel.schedule(sooner)
  later.nextDue = 80
  sooner.nextDue = 20
  wheel.schedule(sooner)
  clock.advanceTo(79)
  expect([later.woken, sooner.woken]).toEqual([[], [20]])
  clock.advanceTo(80)
  expect(later.woken).toEqual([80])
})

it('does not wake who was removed, and keeps no timer when closed', () => {
  const { clock, wheel } = setUp()
  const [a, b] = [sleeper(50), sleeper(60)]
  wheel.schedule(a)
  wheel.schedule(b)
  wheel.remove(a)
  clock.advanceTo(50)
  wheel.close()
  expect(clock.pending).toBe(0)
  clock.advanceTo(100)
  expect([a.woken, b.woken]).toEqual([[], []])
})

it('sets no timer for who never wants to be woken', () => {
  const { clock, wheel } = setUp()
  wheel.schedule(sleeper(Infinity))
  expect(clock.pending).toBe(0)
})
