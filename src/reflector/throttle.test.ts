import { beforeEach, expect, it } from 'vitest'
import { type Payer, Throttle } from './throttle.ts'

class TestPayer implements Payer {
  messagesLeft = 0
  bytesLeft = 0
  isPaused = false
  hold(): void {
    this.isPaused = true
  }
  release(): void {
    this.isPaused = false
  }
}

let held: Payer[]
let payer: TestPayer
beforeEach(() => {
  held = []
  payer = new TestPayer()
})

function open(messagesPerSecond: number, bytesPerSecond: number): Throttle<TestPayer> {
  const throttle = new Throttle<TestPayer>({ messagesPerSecond, bytesPerSecond }, (each) =>
    held.push(each),
  )
  throttle.open(payer, true)
  return throttle
}

function send(throttle: Throttle<TestPayer>, count: number, bytes = 0): void {
  for (let sent = 0; sent < count; sent += 1) throttle.charge(payer, 1, bytes)
}

it('[LIMIT1] takes four seconds’ worth of messages at once, then reads no more', () => {
  const throttle = open(10, Infinity)
  send(throttle, 40)
  expect(payer.isPaused).toBe(false)
  send(throttle, 3)
  expect([payer.isPaused, throttle.isHolding(payer), held]).toEqual([true, true, [payer]])
})

it('[LIMIT1] what was in the socket already is made up for later', () => {
  const throttle = open(10, Infinity)
  send(throttle, 40 + 25)
  const isPaused = [1, 2, 3].map(() => {
    throttle.refill(payer)
    return payer.isPaused
  })
  expect(isPaused).toEqual([true, true, false])
})

it('[LIMIT1] lets the limit through on average, however much is sent', () => {
  const throttle = open(10, Infinity)
  let passed = 0
  for (let second = 0; second < 1000; second += 1) {
    while (!payer.isPaused) {
      send(throttle, 7)
      passed += 7
    }
    throttle.refill(payer)
  }
  expect(passed).toBeGreaterThan(10_000)
  expect(passed).toBeLessThan(10_000 + 40 + 7)
})

it('[LIMIT2] counts bytes as well', () => {
  const throttle = open(Infinity, 1000)
  send(throttle, 4, 1000)
  expect(payer.isPaused).toBe(false)
  send(throttle, 1, 1)
  expect(payer.isPaused).toBe(true)
  throttle.refill(payer)
  expect(payer.isPaused).toBe(false)
})

it('nobody saves up more than a burst', () => {
  const throttle = open(10, 1000)
  for (let second = 0; second < 100; second += 1) throttle.refill(payer)
  expect([payer.messagesLeft, payer.bytesLeft]).toEqual([40, 4000])
})

it('without a limit nobody is held', () => {
  const throttle = open(Infinity, Infinity)
  send(throttle, 10_000, 10_000)
  throttle.refill(payer)
  expect(held).toEqual([])
})

it('whose socket is closed is forgotten', () => {
  const throttle = open(1, 1)
  send(throttle, 10, 10)
  throttle.forget(payer)
  for (let second = 0; second < 100; second += 1) throttle.refill(payer)
  expect([throttle.isHolding(payer), payer.isPaused]).toEqual([false, true])
})

it('[LIMIT10] takes all that comes from the machine of the box', () => {
  const throttle = open(10, 10)
  throttle.open(payer, false)
  send(throttle, 1000, 1000)
  throttle.refill(payer)
  send(throttle, 1000, 1000)
  expect([payer.isPaused, held]).toEqual([false, []])
})
