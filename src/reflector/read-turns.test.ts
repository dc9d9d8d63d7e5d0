import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { HOLD, type Hold } from './intake.ts'
import { ReadTurns } from './read-turns.ts'

/** Its pieces are frames of so many bytes each, one after the other; 0: what comes ends none. */
const reader = (frameBytes = 0) => ({
  holds: 0,
  rest: undefined as Buffer | undefined,
  /** bytes that were handled */
  handled: 0,
  /** called with each portion */
  onPortion: () => {},
  hold(reason: Hold) {
    this.holds |= reason
  },
  release(reason: Hold) {
    this.holds &= ~reason
    if (this.holds === 0 && this.rest) turns.goOn(this)
  },
  parse({ length }: Buffer) {
    const before = this.handled
    this.handled += length
    this.onPortion()
    return frameBytes > 0
      ? Math.floor(this.handled / frameBytes) - Math.floor(before / frameBytes)
      : 0
  },
})
type TestReader = ReturnType<typeof reader>

/** What a socket brings at once. */
const PIECE = Buffer.alloc(65_536)

let clock: ManualClock
let turns: ReadTurns<TestReader>

beforeEach(() => {
  clock = new ManualClock()
  turns = new ReadTurns(clock)
})

const readers = (count: number, frameBytes = 0) =>
  Array.from({ length: count }, () => reader(frameBytes))
const held = (all: readonly TestReader[]) => all.filter(({ holds }) => holds !== 0).length

it('[LIMIT18] lets those who send much wait for the next turn once two megabytes were read in one', () => {
  const senders = readers(100)
  for (const sender of senders) turns.take(sender, PIECE)
  expect(held(senders)).toBe(70)
  while (clock.endTurn());
  expect(held(senders)).toBe(0)
  expect(senders.every(({ handled }) => handled === PIECE.length)).toBe(true)
})

it('[LIMIT18] counts a thousand bytes for each frame, which takes time however short it is', () => {
  const senders = readers(10, 100)
  for (const sender of senders) turns.take(sender, PIECE)
  expect(senders.slice(0, 2).map(({ handled }) => handled)).toEqual([65_536, 65_536])
  expect(senders.slice(3).map(({ handled }) => handled)).toEqual(Array(7).fill(2000))
})

it('[LIMIT18] handles two thousand frames a turn, and the first portion of each that brings more', () => {
  const senders = readers(400, 10)
  for (const sender of senders) turns.take(sender, PIECE)
  const count = () => senders.reduce((sum, { handled }) => sum + handled / 10, 0)
  expect(count()).toBeLessThan(2200 + 400 * 200)
  const before = count()
  clock.endTurn()
  expect(count() - before).toBeLessThan(2200)
  while (clock.endTurn());
  expect(senders.every(({ handled }) => handled === PIECE.length)).toBe(true)
})

it('[LIMIT18] lets nobody wait who sends little', () => {
  for (const sender of readers(100)) turns.take(sender, PIECE)
  const calm = reader(100)
  turns.take(calm, Buffer.alloc(2000))
  expect([calm.handled, calm.holds]).toEqual([2000, 0])
})

it('[LIMIT18] gives each its turn: who waited comes before who sends again', () => {
  const senders = readers(70)
  for (const sender of senders) turns.take(sender, PIECE)
  clock.endTurn()
  for (const sender of senders.slice(0, 60)) turns.take(sender, PIECE)
  clock.endTurn()
  clock.endTurn()
  expect(held(senders.slice(60))).toBe(0)
})

it('[LIMIT18] reads long frames in few portions', () => {
  const long = reader()
  let portions = 0
  long.onPortion = () => {
    portions += 1
  }
  turns.take(long, PIECE)
  expect([long.handled, portions]).toEqual([65_536, 4])
})

it('[LIMIT18] reads nothing of one that is held, and all of it once it is not', () => {
  const sender = reader(100)
  sender.onPortion = () => {
    if (sender.handled === 4000) sender.hold(HOLD.rate)
  }
  turns.take(sender, PIECE)
  while (clock.endTurn());
  turns.take(sender, PIECE)
  expect(sender.handled).toBe(4000)
  sender.release(HOLD.rate)
  while (clock.endTurn());
  expect([sender.handled, sender.holds]).toEqual([2 * PIECE.length, 0])
})

it('forgets one that is gone', () => {
  const [last = reader(), ...senders] = readers(31)
  for (const sender of [...senders, last]) turns.take(sender, PIECE)
  const { handled } = last
  turns.forget(last)
  while (clock.endTurn());
  expect([last.handled, last.rest]).toEqual([handled, undefined])
})
