import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { type RefusedSessions, SessionsRefusedError } from '../session/session-store.ts'
import { type CommitRecord, checksumSeed, decodeRecords, encodeRecord } from './commit-record.ts'

const SEED = checksumSeed('db')

const entriesOf = (text: string): JournalEntry[] => [
  { sessionId: 's', messages: { first: 1, count: 1, text, time: 1.5 } },
]
const recordAt = (number: number, text = 'é\n"\\') => ({ number, entries: entriesOf(text) })
const encoded = (record: CommitRecord) => Buffer.concat([...encodeRecord(SEED, record)])
const logOf = (...numbers: number[]) =>
  Buffer.concat(numbers.map((number) => encoded(recordAt(number))))
const numbersIn = (log: Buffer, seed = SEED) =>
  [...decodeRecords(seed, log)].map(({ number }) => number)

it('gives back what was written, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, number) => {
      const record = recordAt(number, text)
      expect([...decodeRecords(SEED, encoded(record))]).toEqual([record])
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

describe('a record that is too long for one line', () => {
  const long = (count: number, mark: string, length = 1_500_000): CommitRecord => ({
    number: 7,
    entries: Array.from({ length: count }, (_, index) => ({
      sessionId: `s${index % 3}`,
      messages: { first: index + 1, count: 1, text: mark.repeat(length), time: index },
    })),
  })
  const linesOf = (record: CommitRecord) => [...encodeRecord(SEED, record)]
  const decoded = (...parts: Buffer[]) => [...decodeRecords(SEED, Buffer.concat(parts))]

  it('comes back as one, with all entries in order, between others', () => {
    const record = long(7, 'x')
    const lines = linesOf(record)
    expect(lines).toHaveLength(4)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(5_000_000)
    const [before, ...rest] = decoded(logOf(6), ...lines, logOf(8))
    expect(before).toEqual(recordAt(6))
    expect(rest).toEqual([record, recordAt(8)])
  })

  it('has an entry that is longer than a line in a line of its own', () => {
    const entries = [...entriesOf('a'), ...entriesOf('b'.repeat(9_000_000)), ...entriesOf('c')]
    const record = { number: 7, entries }
    expect(linesOf(record)).toHaveLength(3)
    expect(decoded(...linesOf(record))).toEqual([record])
  })

  it('is not there as long as one of its lines is missing, damaged or unfinished', () => {
    const lines = linesOf(long(7, 'x'))
    for (const [index, line] of lines.entries()) {
      const [before, after] = [lines.slice(0, index), lines.slice(index + 1)]
      const damaged = Buffer.from(line)
      damaged.writeUInt8(line.readUInt8(100) ^ 1, 100)
      const numbers = [[], [line.subarray(0, 1000)], [damaged]].map((instead) =>
        decoded(...before, ...instead, ...after, logOf(8)).map(({ number }) => number),
      )
      // What is cut off takes the line behind it along.
      const [withoutLine, cutOff, changed] = numbers
      expect([withoutLine, changed]).toEqual([[8], [8]])
      expect(cutOff).toEqual(index === lines.length - 1 ? [] : [8])
    }
  })

  it('takes nothing from one of the same number that was given up in its place', () => {
    const [given, ...behind] = linesOf(long(7, 'x'))
    const [line, ...missing] = linesOf(long(7, 'y'))
    expect(line?.length).toBe(given?.length)
    expect(missing).toHaveLength(behind.length)
    if (line) expect(decoded(line, ...behind, logOf(8))).toEqual([recordAt(8)])
  })

  it('is the same again when it is written again', () => {
    const record = encodeRecord(SEED, long(4, 'x'))
    const again = encodeRecord(SEED, long(4, 'x'))
    expect(Buffer.concat([...record]).equals(Buffer.concat([...again]))).toBe(true)
  })
})

it.each([
  ['short', ''],
  ['long', 'x'.repeat(5_000_000)],
])('tells whose entries of a %s record cannot be written down', (_length, text) => {
  let deep: unknown = []
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  const bad = (sessionId: string, time: unknown): JournalEntry => ({
    sessionId,
    changes: { time: time as number },
  })
  const entries = [...entriesOf('a'), bad('deep', deep), ...entriesOf(text), bad('big', 1n)]
  const refused: RefusedSessions[] = []
  let left: JournalEntry[] = entries
  for (let round = 0; round < 2; round++) {
    try {
      for (const _line of encodeRecord(SEED, { number: 1, entries: left }));
    } catch (error) {
      expect(error).toBeInstanceOf(SessionsRefusedError)
      refused.push((error as SessionsRefusedError).refused)
    }
    left = left.filter(({ sessionId }) => !refused.some((some) => some.has(sessionId)))
  }
  expect(refused.flatMap((some) => [...some.keys()])).toEqual(['deep', 'big'])
  const record = { number: 1, entries: left }
  expect([...decodeRecords(SEED, encoded(record))]).toEqual([record])
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
