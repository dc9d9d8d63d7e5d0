import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { Backlog } from './backlog.ts'
import { newMessages, snapshotAt, stateAt } from './sample-records.ts'

const messages = (sessionId: string, first: number, count = 1): JournalEntry => ({
  sessionId,
  messages: newMessages(first, count),
})

/** What these commits come to. */
function entriesOf(...commits: readonly JournalEntry[][]): readonly JournalEntry[] {
  const backlog = new Backlog()
  for (const entries of commits) backlog.add(entries)
  return backlog.entries
}

it('makes one run of the messages of a session', () => {
  expect(
    entriesOf([messages('a', 1), messages('b', 1)], [messages('a', 2, 2)], [messages('a', 4)]),
  ).toEqual([messages('a', 1, 4), messages('b', 1)])
})

it('leaves whatever comes with more than messages where it is', () => {
  const state = { ...messages('a', 2), state: stateAt(2) }
  const snapshot = { sessionId: 'a', snapshot: snapshotAt(3) }
  expect(
    entriesOf(
      [messages('a', 1)],
      [state],
      [messages('a', 3)],
      [snapshot],
      [messages('a', 4)],
      [messages('a', 5)],
    ),
  ).toEqual([messages('a', 1), state, messages('a', 3), snapshot, messages('a', 4, 2)])
})

it('keeps the last of states that follow each other, and who is there', () => {
  const presence = { announced: ['u'], leaveDelay: 5 }
  const [first, second] = [stateAt(1), stateAt(2)]
  const other = stateAt(0, { timeline: 'other' })
  expect(
    entriesOf(
      [{ sessionId: 'a', state: first, presence }],
      [{ sessionId: 'b', state: first }],
      [{ sessionId: 'a', state: second }],
      [{ sessionId: 'a', state: other }],
    ),
  ).toEqual([
    { sessionId: 'a', state: second, presence },
    { sessionId: 'b', state: first },
    { sessionId: 'a', state: other },
  ])
})

it('keeps the last of times that follow each other, and none that something later makes needless', () => {
  const presence = { announced: ['u'], leaveDelay: 5 }
  const snapshot = { sessionId: 'f', snapshot: snapshotAt(1) }
  expect(
    entriesOf(
      ['a', 'b', 'c', 'd', 'e'].map((sessionId) => ({ sessionId, reservedTime: 100 })),
      [
        { sessionId: 'a', reservedTime: 200 },
        { sessionId: 'b', state: stateAt(1) },
        messages('c', 1),
        { sessionId: 'd', presence },
        { sessionId: 'e', snapshot: snapshotAt(1) },
        snapshot,
      ],
      [messages('c', 2), { sessionId: 'f', reservedTime: 300 }],
    ),
  ).toEqual([
    { sessionId: 'a', reservedTime: 200 },
    { sessionId: 'b', state: stateAt(1) },
    messages('c', 1, 2),
    { sessionId: 'd', reservedTime: 100, presence },
    { sessionId: 'e', reservedTime: 100 },
    { sessionId: 'e', snapshot: snapshotAt(1) },
    { ...snapshot, reservedTime: 300 },
  ])
})

it('makes one run of messages between which a time was reserved', () => {
  expect(
    entriesOf([messages('a', 1)], [{ sessionId: 'a', reservedTime: 100 }], [messages('a', 2)]),
  ).toEqual([messages('a', 1, 2)])
})

it('takes the time of a state, though an earlier one was reserved ahead of it', () => {
  const first = { sessionId: 'a', state: stateAt(1) }
  const last = { sessionId: 'a', state: stateAt(1, { time: 50 }) }
  expect(entriesOf([first], [{ sessionId: 'a', reservedTime: 9000 }], [last])).toEqual([last])
})

it('ends a run that has become long', () => {
  const text = JSON.stringify([1, 1, 'x'.repeat(100_000)])
  const long = (first: number) => [
    { sessionId: 'a', messages: { first, count: 1, text, time: first } },
  ]
  const runs = entriesOf(long(1), long(2), long(3), long(4), long(5))
  expect(runs.map((entry) => entry.messages?.count)).toEqual([3, 2])
})

it('knows how much it holds, and of which sessions', () => {
  const backlog = new Backlog()
  expect([backlog.length, backlog.concerns('a')]).toEqual([0, false])
  backlog.add([messages('a', 1)])
  expect(backlog.length).toBeGreaterThan(newMessages(1, 1).text.length)
  expect([backlog.concerns('a'), backlog.concerns('b')]).toEqual([true, false])
})

it('concerns every session once it has saved data, which any of them may start from', () => {
  const backlog = new Backlog()
  backlog.add([{ sessionId: 'a', saved: { appId: 'app', persistentId: 'id', path: 'path' } }])
  expect(backlog.concerns('b')).toBe(true)
})
