import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { WritePump } from './write-pump.ts'

let clock: ManualClock
let pump: WritePump
let written: string[]

beforeEach(() => {
  clock = new ManualClock()
  pump = new WritePump(clock)
  written = []
})

/** Has two blocks of this length to write. */
function stream(name: string, bytes: number) {
  let left = 2
  const self = {
    writeSome: () => {
      pump.allows(bytes)
      written.push(name)
      left -= 1
      if (left > 0) pump.ready(self)
    },
  }
  pump.ready(self)
}

function turns(): string[] {
  const seen: string[] = []
  while (clock.endTurn()) seen.push(written.splice(0).join(''))
  return seen
}

it('lets joiners take turns, so much a turn of the event loop', () => {
  for (const name of ['a', 'b', 'c']) stream(name, 80_000)
  expect(turns()).toEqual(['ab', 'ca', 'bc', ''])
})

it('allows no more than so much of what is long in a turn', () => {
  const allowed = Array.from({ length: 30 }, () => pump.allows(50_000))
  expect(allowed.filter(Boolean)).toHaveLength(4)
  clock.endTurn()
  expect(pump.allows(50_000)).toBe(true)
})

it('allows what is short at any time, and schedules nothing for it', () => {
  for (let count = 0; count < 1000; count += 1) expect(pump.allows(15_999)).toBe(true)
  expect(clock.endTurn()).toBe(false)
  pump.allows(5_000_000)
  expect(pump.allows(15_999)).toBe(true)
  expect(pump.allows(16_000)).toBe(false)
})
