import { beforeEach, expect, test } from 'vitest'
import { RateMeter } from './rates.ts'
import { idOf, session } from './sample-facts.ts'

let now: number
let meter: RateMeter

beforeEach(() => {
  now = 10_000
  meter = new RateMeter(() => now)
})

const rates = (messages: number, bytes: number) =>
  meter.ratesOf(session('A', { startedAt: 0, reflected: { messages, bytes } }))

test('at first it is the average since the session was opened, then since the last look', () => {
  expect(rates(100, 5000)).toEqual({ messagesPerSecond: 10, bytesPerSecond: 500 })
  now += 2000
  expect(rates(104, 5006)).toEqual({ messagesPerSecond: 2, bytesPerSecond: 3 })
})

test('who looks at the same time sees the same', () => {
  rates(100, 5000)
  now += 10
  expect(rates(200, 9000)).toEqual({ messagesPerSecond: 10, bytesPerSecond: 500 })
})

test('a session that was opened again begins anew', () => {
  rates(100, 5000)
  now += 1000
  expect(rates(1, 5)).toEqual({ messagesPerSecond: 0, bytesPerSecond: 0 })
  meter.forget(idOf('A'))
  expect(rates(11, 11).messagesPerSecond).toBe(1)
})

test('one that was opened just now has no huge rate', () => {
  const young = session('B', { startedAt: now, reflected: { messages: 9, bytes: 90 } })
  expect(meter.ratesOf(young).messagesPerSecond).toBe(10)
})
