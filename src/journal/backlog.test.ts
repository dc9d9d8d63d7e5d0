import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { Backlog } from './backlog.ts'
import { joining, newMessages, snapshotAt, stateAt } from './sample-records.ts'

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

it('keeps the last of what changed twice, and who came and left', () => {
  const other = stateAt(0, { timeline: 'other' })
  const left = { left: [2], joined: [], leaveDelay: 7 }
  expect(
    entriesOf(
      [{ sessionId: 'a', state: stateAt(1), presence: joining(['u', 'v']) }],
      [{ sessionId: 'b', changes: { tick: 1, pageUrl: 'one' } }],
      [{ sessionId: 'a', changes: { tick: 1 } }],
      [{ sessionId: 'b', changes: { tick: 2, scale: 3 } }],
      [{ sessionId: 'a', presence: left }],
      [{ sessionId: 'a', presence: joining(['w'], 3, 8) }],
      [{ sessionId: 'a', state: other }],
    ),
  ).toEqual([
    {
      sessionId: 'a',
      state: stateAt(1),
      changes: { tick: 1 },
      presence: {
        left: [2],
        joined: [
          [1, '"u"'],
          [3, '"w"'],
        ],
        leaveDelay: 8,
      },
    },
    { sessionId: 'b', changes: { tick: 2, pageUrl: 'one', scale: 3 } },
    { sessionId: 'a', state: other },
  ])
})

it('keeps the last of times that follow each other, and none that something later makes needless', () => {
  const presence = joining(['u'])
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

it('takes a time that was changed, though an earlier one was reserved ahead of it', () => {
  const first = { sessionId: 'a', state: stateAt(1) }
  const last = { sessionId: 'a', changes: { time: 50 } }
  expect(entriesOf([first], [{ sessionId: 'a', reservedTime: 9000 }], [last])).toEqual([
    { ...first, ...last },
  ])
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
  const { length } = backlog
  expect(length).toBeGreaterThan(newMessages(1, 1).text.length)
  const long = 'x'.repeat(1000)
  for (const entry of [
    { state: stateAt(1, { name: long }) },
    { state: stateAt(1, { flags: { [long]: true } }) },
    { changes: { pageUrl: long } },
    { changes: { completedTallies: { remembered: [[long, 1]], forgottenTime: 0 } } },
    { presence: joining([{ id: long }]) },
    { snapshot: { ...snapshotAt(1), hash: long } },
    { saved: { appId: long, persistentId: '', path: '' } },
  ] satisfies Array<Partial<JournalEntry>>) {
    const other = new Backlog()
    other.add([{ sessionId: 'a', ...entry }])
    expect(other.length).toBeGreaterThan(long.length)
  }
  expect([backlog.concerns('a'), backlog.concerns('b')]).toEqual([true, false])
})

it('concerns every session once it has saved data, which any of them may start from', () => {
  const backlog = new Backlog()
  backlog.add([{ sessionId: 'a', saved: { appId: 'app', persistentId: 'id', path: 'path' } }])
  expect(backlog.concerns('b')).toBe(true)
})
