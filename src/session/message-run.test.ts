import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joined, newRuns, runFrom } from './message-run.ts'

it('cuts between any two messages, whatever they hold', () => {
  const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }))
  const messages = fc.array(fc.array(json), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(messages, fc.nat(7), (values, index) => {
      const at = index % values.length
      const texts = values.map((value) => JSON.stringify(value))
      const run = { first: 10, count: texts.length, text: texts.join(',') }
      expect(runFrom(run, 10 + at)).toEqual({
        first: 10 + at,
        count: texts.length - at,
        text: texts.slice(at).join(','),
      })
    }),
  )
})

it('leaves numbers and keys as they were written', () => {
  const text = '[1],[1.0,12345678901234567890,{"b":1,"a":1,"b":2}]'
  expect(runFrom({ first: 1, count: 2, text }, 2)?.text).toBe(text.slice(4))
})

it.each([
  ['fewer messages', { first: 1, count: 3, text: '[1],[2]' }],
  ['more messages', { first: 1, count: 1, text: '[1],[2]' }],
  ['no messages', { first: 1, count: 1, text: '' }],
])('does not cut a text with %s than said', (_name, run) => {
  expect(runFrom(run, 1)).toBeUndefined()
})

it('joins runs with commas', () => {
  const runs = [
    { first: 3, count: 1, text: '[3]' },
    { first: 4, count: 2, text: '[4],[5]' },
  ]
  expect(joined(runs)).toEqual({ first: 3, count: 3, text: '[3],[4],[5]' })
})

it('makes one run of new messages, and several of very long ones, none much longer than a line of the log', () => {
  const lengths = [1, 900_000, 2_500_000, 1_000_000, 10, 5_000_000, 1, 1]
  const texts = lengths.map((length, index) => `${index}`.padEnd(length, '.'))
  const length = lengths.reduce((sum, each) => sum + each, 0)
  const runs = newRuns(texts, length, 7, 12.5)
  expect(runs.map(({ first, count, time }) => [first, count, time])).toEqual([
    [7, 4, 12.5],
    [11, 2, 12.5],
    [13, 2, 12.5],
  ])
  const positions = runs.flatMap(({ first, text }) =>
    text.split(',').map((message, index) => [first + index, message.length]),
  )
  expect(positions).toEqual(lengths.map((each, index) => [7 + index, each]))
  expect(newRuns(['[1]', '[2]'], 6, 7, 1)).toEqual([
    { first: 7, count: 2, text: '[1],[2]', time: 1 },
  ])
})
