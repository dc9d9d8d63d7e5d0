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
/** Tells how many of the frames are handled at once. */
const bring = (sender: Inlet, bytes: number, frames: number) => {
  const indexes = Array.from({ length: frames }, (_, at) => at + 1)
  const handled = indexes.filter((index) => turns.hasTimeFor(index)).length
  turns.took(sender, bytes, frames)
  return handled
}
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
  for (const sender of senders) bring(sender, PIECE, 900)
  expect(held(senders)).toBe(8)
  clock.endTurn()
  expect(held(senders)).toBe(6)
})

it('[LIMIT18] handles two thousand frames a turn, and some of each that brings more', () => {
  const handled = inlets(100).map((sender) => bring(sender, 10_000, 400))
  expect(handled.slice(0, 4)).toEqual([400, 400, 400, 400])
  expect(handled.slice(5)).toEqual(Array(95).fill(16))
  clock.endTurn()
  expect(bring(inlet(), 10_000, 400)).toBe(400)
})

it('[LIMIT18] lets nobody wait who sends little', () => {
  const [calm = inlet(), ...senders] = inlets(100)
  for (const sender of senders) turns.took(sender, PIECE, 0)
  expect(bring(calm, 1600, 16)).toBe(16)
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
