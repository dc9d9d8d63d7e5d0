import { beforeEach, expect, it } from 'vitest'
import { FailureLog } from './failure-log.ts'

let now: number
let lines: object[]
let failures: FailureLog

beforeEach(() => {
  now = 0
  lines = []
  failures = new FailureLog({ warn: (fields) => lines.push(fields) }, () => now)
})

it('has one line of a herald and minute, and says how many there were before', () => {
  for (let i = 0; i < 1000; i += 1) failures.add('a', 'failed', 'why')
  failures.add('b', 'refused', 'why not')
  expect(lines).toMatchObject([
    { event: 'herald-failed', host: 'a', outcome: 'failed', reason: 'why', before: 0 },
    { host: 'b', outcome: 'refused', reason: 'why not', before: 0 },
  ])
  now = 60_000
  failures.add('a', 'failed', 'why')
  expect(lines.slice(2)).toMatchObject([{ host: 'a', before: 999 }])
})

it('takes all hosts together when clients name too many', () => {
  for (let i = 0; i < 10_000; i += 1) failures.add(`host ${i}`, 'refused', 'why')
  expect(lines).toHaveLength(101)
  expect(lines.at(-1)).toMatchObject({ host: 'others' })
  now = 60_000
  failures.add('new', 'refused', 'why')
  expect(lines.at(-1)).toMatchObject({ host: 'new' })
})
