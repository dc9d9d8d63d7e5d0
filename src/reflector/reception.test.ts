import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { HOLD } from './intake.ts'
import { Reception } from './reception.ts'

const inlet = (name: string) => ({
  name,
  isPaused: false,
  hold() {
    this.isPaused = true
  },
  release() {
    this.isPaused = false
  },
})
type Inlet = ReturnType<typeof inlet>

let clock: ManualClock
let handled: string[]
let isBlocked: boolean
let reception: Reception<Inlet>

beforeEach(() => {
  clock = new ManualClock()
  handled = []
  isBlocked = false
  reception = new Reception({
    timers: clock,
    handle: ({ name }, data) => handled.push(`${name}${data}`),
    reason: HOLD.reception,
    budget: { frames: 16, bytes: 250_000 },
    isBlocked: () => isBlocked,
  })
})

const take = (connection: Inlet, text: string) => reception.take(connection, Buffer.from(text))

it('handles what comes at once', () => {
  take(inlet('a'), '1')
  expect(handled).toEqual(['a1'])
})

it('handles a crowd bit by bit, a turn of the event loop each, in the order in which it came', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `${index}:`)
  for (const name of names) take(inlet(name), 'x')
  const turns = [handled.length]
  while (clock.endTurn()) turns.push(handled.length - turns.reduce((sum, count) => sum + count))
  expect(handled).toEqual(names.map((name) => `${name}x`))
  expect(Math.max(...turns)).toBe(16)
})

it('keeps the frames of a connection in order, and knows of whom some wait', () => {
  const [a, b] = [inlet('a'), inlet('b')]
  for (let count = 0; count < 16; count++) take(a, '.')
  take(b, '1')
  take(b, '2')
  expect(reception.isHolding(b)).toBe(true)
  while (clock.endTurn());
  expect(handled.slice(16)).toEqual(['b1', 'b2'])
  expect(reception.isHolding(b)).toBe(false)
})

it('reads no more from a connection while a frame of it waits', () => {
  const a = inlet('a')
  for (let count = 0; count < 16; count++) take(a, '.')
  expect(a.isPaused).toBe(false)
  take(a, '.')
  expect(a.isPaused).toBe(true)
  while (clock.endTurn());
  expect(a.isPaused).toBe(false)
  expect(handled).toHaveLength(17)
})

it('gives long frames a turn of the event loop each', () => {
  const long = 'x'.repeat(200_000)
  for (const name of ['a', 'b', 'c']) take(inlet(name), long)
  const turns = [handled.length]
  while (clock.endTurn()) turns.push(handled.length - turns.reduce((sum, count) => sum + count))
  expect(turns.filter((count) => count > 0)).toEqual([1, 1, 1])
})

it('lets others have their turn before the rest of what one brought', () => {
  const [a, b] = [inlet('a'), inlet('b')]
  for (let count = 0; count < 50; count++) take(a, '.')
  take(b, '1')
  clock.endTurn()
  clock.endTurn()
  expect(handled.indexOf('b1')).toBe(32)
  while (clock.endTurn());
  expect(handled).toHaveLength(51)
})

it('forgets a connection that is gone', () => {
  const [a, b] = [inlet('a'), inlet('b')]
  for (let count = 0; count < 20; count++) take(a, '.')
  take(b, '1')
  reception.forget(a)
  while (clock.endTurn());
  expect(handled.slice(16)).toEqual(['b1'])
})

it('handles nothing while it is blocked, and goes on where it was', () => {
  isBlocked = true
  const a = inlet('a')
  take(a, '1')
  while (clock.endTurn());
  expect([handled, a.isPaused]).toEqual([[], true])
  isBlocked = false
  reception.goOn()
  while (clock.endTurn());
  expect([handled, a.isPaused]).toEqual([['a1'], false])
})
