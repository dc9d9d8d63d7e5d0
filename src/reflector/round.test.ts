import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Round, type Treated } from './round.ts'

let clock: ManualClock
let treated: number
let round: Round<Treated>

beforeEach(() => {
  clock = new ManualClock()
  treated = 0
  round = new Round(clock, (what) => {
    treated += 1
    return what
  })
})

const crowd = (what: Treated) => new Set(Array.from({ length: 100 }, () => Object(what) as Treated))

it('goes round at once where there is nothing to do', () => {
  round.begin(crowd('nothing'))
  expect(treated).toBe(100)
  expect(clock.endTurn()).toBe(false)
})

it('does little to sixteen in a turn of the event loop', () => {
  round.begin(crowd('little'))
  expect(treated).toBe(16)
  clock.endTurn()
  expect(treated).toBe(32)
  while (clock.endTurn());
  expect(treated).toBe(100)
})

it('does much to two at a time, with pauses between', () => {
  round.begin(crowd('much'))
  expect(treated).toBe(2)
  clock.advanceTo(4)
  expect(treated).toBe(4)
  clock.advanceTo(300)
  expect(treated).toBe(100)
})

it('begins again only when it is over', () => {
  round.begin(crowd('little'))
  round.begin(crowd('little'))
  while (clock.endTurn());
  expect(treated).toBe(100)
  round.begin(crowd('nothing'))
  expect(treated).toBe(200)
})

it.each(['little', 'much'] as const)('can be stopped, and leaves no timer', (what) => {
  round.begin(crowd(what))
  const before = treated
  round.stop()
  clock.advanceTo(1000)
  while (clock.endTurn());
  expect([treated, clock.pending]).toEqual([before, 0])
})
