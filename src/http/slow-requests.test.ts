import type { IncomingMessage, ServerResponse } from 'node:http'
import { beforeEach, expect, test } from 'vitest'
import { type Exchange, SlowRequests } from './slow-requests.ts'

const LEAST_RATE = 1000

class Upload {
  readonly socket = { bytesRead: 500, destroyed: false }
  readableLength = 0
  complete = false
  destroyed = false

  get exchange(): Exchange {
    return { request: this as unknown as IncomingMessage, response: {} as ServerResponse }
  }
}

let now: number
let requests: SlowRequests
let upload: Upload

beforeEach(() => {
  now = 0
  requests = new SlowRequests(LEAST_RATE, () => now)
  upload = new Upload()
  requests.watch(upload.exchange)
})

/** Lets seconds pass, in each of which so many bytes come; @returns when it was found to be slow, s */
function pass(seconds: number, bytesPerSecond: number): number | undefined {
  for (let n = 0; n < seconds; n += 1) {
    now += 1000
    upload.socket.bytesRead += bytesPerSecond
    if (requests.sweep().length > 0) return now / 1000
  }
  return undefined
}

test('[LIMIT24] a body that does not come, or by drops, is slow after 30 s', () => {
  expect(pass(60, 999)).toBe(30)
  expect(requests.size).toBe(0)
})

test('[LIMIT24] one that comes at the least rate is not, however long it takes', () => {
  expect(pass(100_000, 1000)).toBe(undefined)
  const before = now / 1000
  expect(pass(60, 0)).toBeLessThanOrEqual(before + 30)
})

test('[LIMIT24] a pause is made up for by what comes before 30 s are over', () => {
  for (let n = 0; n < 10; n += 1) {
    expect(pass(25, 0)).toBe(undefined)
    expect(pass(3, 10_000)).toBe(undefined)
  }
})

test('[LIMIT24] what waits for the box does not count against its sender', () => {
  upload.readableLength = 1
  expect(pass(600, 0)).toBe(undefined)
  upload.readableLength = 0
  expect(pass(29, 0)).toBe(undefined)
  expect(pass(1, 0)).toBe(now / 1000)
})

test.each(['complete', 'destroyed'] as const)('one that is %s is forgotten', (end) => {
  upload[end] = true
  expect(pass(60, 0)).toBe(undefined)
  expect(requests.size).toBe(0)
})

test('one that was answered, and whose connection is gone, is forgotten', () => {
  upload.socket.destroyed = true
  expect(pass(60, 0)).toBe(undefined)
  expect(requests.size).toBe(0)
})
