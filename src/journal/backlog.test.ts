import { expect, it } from 'vitest'
import type { JournalEntry } from '../session/record.ts'
import { Backlog } from './backlog.ts'
import { newMessages, snapshotAt, stateAt } from './sample-records.ts'

const messages = (sessionId: string, first: number, count = 1): JournalEntry => ({
  sessionId,
  messages: newMessages(first, count),
})

/** What is left of these commits when they are taken together. */
function taken(...commits: readonly JournalEntry[][]): readonly JournalEntry[] {
  const backlog = new Backlog()
  for (const entries of commits) backlog.add(entries)
  return backlog.take()
}

it('makes one run of the messages of a session', () => {
  expect(
    taken([messages('a', 1), messages('b', 1)], [messages('a', 2, 2)], [messages('a', 4)]),
  ).toEqual([messages('a', 1, 4), messages('b', 1)])
})

it('leaves whatever comes with more than messages where it is', () => {
  const state = { ...messages('a', 2), state: stateAt(2) }
  const snapshot = { sessionId: 'a', snapshot: snapshotAt(3) }
  expect(
    taken(
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
    taken(
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

it('ends a run that has become long', () => {
  const text = JSON.stringify([1, 1, 'x'.repeat(100_000)])
  const long = (first: number) => [
    { sessionId: 'a', messages: { first, count: 1, text, time: first } },
  ]
  const runs = taken(long(1), long(2), long(3), long(4), long(5))
  expect(runs.map((entry) => entry.messages?.count)).toEqual([3, 2])
})

it('knows how much it holds, and nothing when it was taken', () => {
  const backlog = new Backlog()
  backlog.add([messages('a', 1)])
  expect([backlog.length, backlog.isEmpty]).toEqual([newMessages(1, 1).text.length, false])
  backlog.take()
  expect([backlog.length, backlog.isEmpty]).toEqual([0, true])
  expect(backlog.take()).toEqual([])
})
