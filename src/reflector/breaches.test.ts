import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Breaches } from './breaches.ts'

function setUp() {
  const clock = new ManualClock()
  const lines: object[] = []
  const counted: string[] = []
  const warn = (fields: object, text: string) => void lines.push({ ...fields, text })
  const metrics = { limitBreached: (limit: string) => void counted.push(limit) }
  return { clock, lines, counted, breaches: new Breaches(clock, { warn }, metrics) }
}

const who = (name: string) => ({ key: name, fields: { userIp: name } })

it('[LIMIT9] counts each breach, and has the log told once of those that belong together', () => {
  const { clock, lines, counted, breaches } = setUp()
  for (let second = 0; second < 300; second += 1) {
    clock.advanceTo(second * 1000)
    breaches.sweep(clock.now())
    breaches.note('sessions', who('a'), 'no session is opened')
  }
  const line = { event: 'limit', limit: 'sessions', userIp: 'a', text: 'no session is opened' }
  expect(lines).toEqual([line])
  expect(counted).toEqual(Array(300).fill('sessions'))
  clock.advanceTo(400_000)
  breaches.sweep(clock.now())
  breaches.note('sessions', who('a'), 'no session is opened')
  expect(lines).toEqual([line, line])
})

it('[LIMIT9] others, and other limits, are other episodes', () => {
  const { lines, breaches } = setUp()
  for (const name of ['a', 'b']) breaches.note('sessions', who(name), 'x')
  breaches.note('backlog', who('a'), 'x')
  expect(lines).toHaveLength(3)
})

it('[LIMIT9] a crowd of them does not fill log or memory', () => {
  const { lines, counted, breaches } = setUp()
  for (let index = 0; index < 3000; index += 1) breaches.note('backlog', who(`${index}`), 'x')
  expect([lines.length, counted.length]).toEqual([1000, 3000])
})
