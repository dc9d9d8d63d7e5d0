import fc from 'fast-check'
import { expect, it } from 'vitest'
import { joined, runFrom } from './message-run.ts'

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
