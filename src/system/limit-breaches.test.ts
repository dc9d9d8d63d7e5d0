import { beforeEach, expect, test } from 'vitest'
import { LimitBreaches } from './limit-breaches.ts'

let now: number
let counted: string[]
let lines: object[]
let breaches: LimitBreaches

beforeEach(() => {
  now = 0
  counted = []
  lines = []
  breaches = new LimitBreaches({
    count: (limit) => counted.push(limit),
    log: { warn: (fields) => lines.push(fields) },
    now: () => now,
  })
})

test('counts each breach, and tells of it once a minute for each address and limit', () => {
  for (let n = 0; n < 3; n += 1) breaches.note('uploads-per-minute', '10.0.0.1')
  breaches.note('uploads-per-minute', '10.0.0.2')
  breaches.note('volume-use', '::ffff:10.0.0.1')
  expect(counted).toHaveLength(5)
  const line = { scope: 'process', event: 'limit' }
  expect(lines).toEqual([
    { ...line, limit: 'uploads-per-minute', userIp: '10.0.0.1' },
    { ...line, limit: 'uploads-per-minute', userIp: '10.0.0.2' },
    { ...line, limit: 'volume-use', userIp: '10.0.0.1' },
  ])
  now = 59_999
  breaches.note('volume-use', '10.0.0.1')
  expect(lines).toHaveLength(3)
  now = 60_000
  breaches.note('volume-use', '10.0.0.1')
  expect(lines).toHaveLength(4)
})

test('writes no more than a hundred lines a minute', () => {
  for (let n = 0; n < 1000; n += 1) breaches.note('connections', `10.0.${n >> 8}.${n & 255}`)
  expect(counted).toHaveLength(1000)
  expect(lines).toHaveLength(100)
})
