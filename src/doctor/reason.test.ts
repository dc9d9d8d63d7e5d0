import { expect, it } from 'vitest'
import { inTime, LateError } from './limits.ts'
import { codeOf, reasonOf } from './reason.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED ::1:8888'), { code: 'ECONNREFUSED' })

it.each([
  [refused, 'ECONNREFUSED', 'nothing listens there (connection refused)'],
  [new AggregateError([refused]), 'ECONNREFUSED', 'nothing listens there (connection refused)'],
  [new Error('fetch failed', { cause: refused }), 'ECONNREFUSED', 'nothing listens there'],
  [new AggregateError([new Error('odd')]), undefined, 'odd'],
  [new Error('odd'), undefined, 'odd'],
  ['odd', undefined, 'odd'],
])('%o has a code and words', (error, code, words) => {
  expect(codeOf(error)).toBe(code)
  expect(reasonOf(error)).toContain(words)
})

it('what takes too long is waited for no longer', async () => {
  await expect(inTime(new Promise(() => {}), 5)).rejects.toThrow(LateError)
  expect(await inTime(Promise.resolve('soon'), 1000)).toBe('soon')
})
