import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ReadTurns } from './read-turns.ts'

const inlet = () => ({
  isHeld: false,
  hold() {
    this.isHeld = true
  },
  release() {
    this.isHeld = false
  },
})
type Inlet = ReturnType<typeof inlet>

/** What a socket brings at once. */
const PIECE = 65_536

let clock: ManualClock
let turns: ReadTurns<Inlet>

beforeEach(() => {
  clock = new ManualClock()
  turns = new ReadTurns(clock)
})

const inlets = (count: number) => Array.from({ length: count }, inlet)
const held = (all: readonly Inlet[]) => all.filter(({ isHeld }) => isHeld).length

it('[LIMIT18] lets those who send much wait for the next turn once two megabytes were read in one', () => {
  const senders = inlets(100)
  for (const sender of senders) turns.took(sender, PIECE, 0)
  expect(held(senders)).toBe(70)
  clock.endTurn()
  expect(held(senders)).toBe(40)
  clock.endTurn()
  clock.endTurn()
  expect(held(senders)).toBe(0)
})

it('[LIMIT18] counts a thousand bytes for each frame, which takes time however short it is', () => {
  const senders = inlets(10)
  for (const sender of senders) turns.took(sender, PIECE, 900)
  expect(held(senders)).toBe(8)
  clock.endTurn()
  expect(held(senders)).toBe(6)
})

it('[LIMIT18] lets nobody wait who sends little', () => {
  const [calm = inlet(), ...senders] = inlets(100)
  for (const sender of senders) turns.took(sender, PIECE, 0)
  turns.took(calm, 3000, 40)
  expect(calm.isHeld).toBe(false)
})

it('[LIMIT18] gives each its turn: who waited comes before who sends again', () => {
  const senders = inlets(70)
  for (const sender of senders) turns.took(sender, PIECE, 0)
  clock.endTurn()
  for (const sender of senders.slice(0, 60)) turns.took(sender, PIECE, 0)
  clock.endTurn()
  expect(held(senders.slice(60))).toBe(0)
})

it('forgets one that is gone', () => {
  const [last = inlet(), ...senders] = inlets(31)
  for (const sender of [...senders, last]) turns.took(sender, PIECE, 0)
  turns.forget(last)
  clock.endTurn()
  expect(last.isHeld).toBe(true)
})
