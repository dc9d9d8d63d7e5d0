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

const PIECE = 65_536

let clock: ManualClock
let turns: ReadTurns<Inlet>

beforeEach(() => {
  clock = new ManualClock()
  turns = new ReadTurns(clock)
})

it('[LIMIT18] lets those who send much wait for the next turn once two megabytes were read in one', () => {
  const senders = Array.from({ length: 100 }, inlet)
  for (const sender of senders) turns.took(sender, PIECE)
  expect(senders.filter(({ isHeld }) => !isHeld)).toHaveLength(30)
  clock.endTurn()
  expect(senders.filter(({ isHeld }) => isHeld)).toHaveLength(38)
  clock.endTurn()
  clock.endTurn()
  expect(senders.some(({ isHeld }) => isHeld)).toBe(false)
})

it('[LIMIT18] lets nobody wait who sends little', () => {
  const [calm, ...senders] = Array.from({ length: 100 }, inlet)
  for (const sender of senders) turns.took(sender, PIECE)
  if (calm) turns.took(calm, 16_000)
  expect(calm?.isHeld).toBe(false)
})

it('[LIMIT18] gives each its turn: who waited comes before who sends again', () => {
  const senders = Array.from({ length: 70 }, inlet)
  for (const sender of senders) turns.took(sender, PIECE)
  clock.endTurn()
  for (const sender of senders.slice(0, 62)) turns.took(sender, PIECE)
  clock.endTurn()
  expect(senders.slice(62).some(({ isHeld }) => isHeld)).toBe(false)
})

it('forgets one that is gone', () => {
  const senders = Array.from({ length: 31 }, inlet)
  for (const sender of senders) turns.took(sender, PIECE)
  const last = senders.at(-1)
  if (last) turns.forget(last)
  clock.endTurn()
  expect(last?.isHeld).toBe(true)
})
