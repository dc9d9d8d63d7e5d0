import { beforeEach, expect, test } from 'vitest'
import { type LogFilter, LogTail } from './log-tail.ts'

const ALL: LogFilter = { level: 'trace', sessionId: undefined, text: '' }
let tail: LogTail

beforeEach(() => {
  tail = new LogTail()
})

function write(message: string, more: object = {}, level = 'info'): void {
  tail.write(`${JSON.stringify({ level, time: 'T', ...more, message })}\n`)
}

const messages = (filter: Partial<LogFilter> = {}, most = 100, after = 0) =>
  tail.read({ ...ALL, ...filter }, most, after).map(({ message }) => message)

test('a line has its number, level, time, message and the rest', () => {
  write('hi', { scope: 'process', event: 'x' })
  expect(tail.read(ALL, 1)).toEqual([
    {
      number: 1,
      level: 'info',
      time: 'T',
      message: 'hi',
      fields: { scope: 'process', event: 'x' },
    },
  ])
})

test('the newest that fit come, the oldest of them first', () => {
  for (const name of ['a', 'b', 'c']) write(name)
  expect(messages({}, 2)).toEqual(['b', 'c'])
  expect(messages({}, 9, 1)).toEqual(['b', 'c'])
  expect(messages({}, 9, 3)).toEqual([])
})

test('it keeps 2,000 lines', () => {
  for (let index = 1; index <= 2500; index++) write(`${index}`)
  expect(tail.count).toBe(2500)
  expect(messages({}, 5000)).toHaveLength(2000)
  expect(messages({}, 5000)[0]).toBe('501')
})

test('a filter wants a level, a session, and words in any case', () => {
  write('quiet', {}, 'debug')
  write('joins', { sessionId: 'S', user: 'Ada' }, 'notice')
  write('speaks of S', { sessionId: 'T' })
  write('fails', {}, 'error')
  expect(messages({ level: 'notice' })).toEqual(['joins', 'fails'])
  expect(messages({ sessionId: 'S' })).toEqual(['joins'])
  expect(messages({ text: 'ada' })).toEqual(['joins'])
})

test('a line that is too long is there as far as it was kept', () => {
  write('x'.repeat(10_000))
  expect(messages()[0]).toHaveLength(8000)
})
