import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decode } from './decode.ts'
import { decodePlainSend } from './plain-send.ts'

/** What the whole decoder makes of it: a space more is none of the fast one's business. */
const decodeWhole = (text: string) => decode(` ${text}`)

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    '0',
    '-0',
    '01',
    '1.0',
    '1e3',
    '123456789012345',
    '1234567890123456',
    '59999',
    '60000',
  ),
)
const part = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme' }).map((text) => `"${text}"`),
  fc.constantFrom('"\\u0041"', '"\\/"', '"\u2028"', '"\x7f"', '"\t"', '{"a":[1]}', 'null', 'x'),
  number.map(String),
)
const send = fc
  .tuple(number, number, part, fc.array(part, { maxLength: 2 }))
  .map(([time, seq, payload, rest]) => {
    const args = [time, seq, payload, ...rest].join()
    return `{"id":"s","action":"SEND","args":[${args}]}`
  })

it('makes of a text what the whole decoder makes of it, or nothing', () => {
  fc.assert(
    fc.property(send, (text) => {
      const plain = decodePlainSend(text)
      if (plain) expect(plain).toEqual(decodeWhole(text))
    }),
    { numRuns: 2000 },
  )
})

it.each(['"payload"', '"payload",33', '"",-1', '"é€😀"'])('reads what clients send: %s', (args) => {
  const text = `{"id":"s","action":"SEND","args":[12345,678,${args}]}`
  expect(decodePlainSend(text)).toEqual(decodeWhole(text))
  expect(decodePlainSend(text)).toBeDefined()
})

it.each([
  ['tags', '{"id":"s","action":"SEND","args":[1,2,"p"],"tags":{"debounce":5}}'],
  ['another action', '{"id":"s","action":"TUTTI","args":[1,2,"p"]}'],
  ['something to unescape', '{"id":"s","action":"SEND","args":[1,2,"\\n"]}'],
  [
    'a number that JSON would write in another way',
    '{"id":"s","action":"SEND","args":[1,2,"p",1.0]}',
  ],
  ['more than one number', '{"id":"s","action":"SEND","args":[1,2,"p",3,4]}'],
  ['something behind it', '{"id":"s","action":"SEND","args":[1,2,"p"]}}'],
  ['a long payload', `{"id":"s","action":"SEND","args":[1,2,"${'p'.repeat(70_000)}"]}`],
])('leaves %s to the whole decoder', (_, text) => {
  expect(decodePlainSend(text)).toBeUndefined()
})
