import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { checksumSeed, decodeRecords, encodeRecord } from './commit-record.ts'

const SEED = checksumSeed('db')

const entriesOf = (text: string): JournalEntry[] => [
  { sessionId: 's', messages: { first: 1, count: 1, text, time: 1.5 } },
]
const recordAt = (number: number, text = 'é\n"\\') => ({ number, entries: entriesOf(text) })
const logOf = (...numbers: number[]) =>
  Buffer.concat(numbers.map((number) => encodeRecord(SEED, recordAt(number))))
const numbersIn = (log: Buffer, seed = SEED) =>
  [...decodeRecords(seed, log)].map(({ number }) => number)

it('gives back what was written, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, number) => {
      const record = recordAt(number, text)
      expect([...decodeRecords(SEED, encodeRecord(SEED, record))]).toEqual([record])
    }),
  )
})

it('passes over a record that is cut off, or changed in one byte', () => {
  const whole = logOf(5, 6, 7)
  const [start, end] = [logOf(5).length, logOf(5, 6).length]
  for (let at = start; at < end; at++) {
    expect(numbersIn(whole.subarray(0, at))).toEqual([5])
    const changed = Buffer.from(whole)
    changed.writeUInt8(whole.readUInt8(at) ^ 1, at)
    expect(numbersIn(changed).filter((number) => number !== 7)).toEqual([5])
  }
})

it('tells by a number that is missing that one is damaged', () => {
  const damaged = Buffer.from(logOf(5, 6, 7))
  damaged.writeUInt8(0, logOf(5).length + 20)
  expect(numbersIn(damaged)).toEqual([5, 7])
})

it('leaves older records out that come behind, also in the middle of one', () => {
  expect(numbersIn(logOf(7, 8, 3, 4))).toEqual([7, 8])
  expect(numbersIn(Buffer.concat([logOf(7), logOf(3, 4).subarray(9)]))).toEqual([7])
})

it('has no record of another database', () => {
  expect(numbersIn(logOf(1), checksumSeed('other'))).toEqual([])
})

it('reads what a box logged before the presence was stored as what changed', () => {
  const state =
    '{"name":"n","pageUrl":"p","timeline":"t","time":1,"position":2,"tick":33.33,"delay":0,"scale":1,' +
    '"flags":{},"completedTallies":{"remembered":[],"forgottenTime":-1}}'
  const presence = '{"announced":[["a"],"b",{"id":"c"}],"leaveDelay":1250}'
  const line =
    `9357bc1c 7 [{"sessionId":"s","messages":{"first":1,"count":2,"text":"[1],[2]","time":1},` +
    `"state":${state},"presence":${presence}},{"sessionId":"u","presence":{"announced":[],"leaveDelay":null}}]\n`
  const joined = [
    [1, '["a"]'],
    [2, '"b"'],
    [3, '{"id":"c"}'],
  ]
  expect([...decodeRecords(SEED, Buffer.from(line))]).toEqual([
    {
      number: 7,
      entries: [
        {
          sessionId: 's',
          messages: { first: 1, count: 2, text: '[1],[2]', time: 1 },
          state: JSON.parse(state),
          presence: { left: 'all', joined, leaveDelay: 1250 },
        },
        { sessionId: 'u', presence: { left: 'all', joined: [], leaveDelay: 0 } },
      ],
    },
  ])
})
