import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { type Messages, messagesIn } from './messages.ts'
import { migrate } from './migrations.ts'

let db: Database
let messages: Messages
beforeEach(() => {
  db = new Sqlite(':memory:')
  migrate(db)
  messages = messagesIn(db)
})
afterEach(() => {
  db.close()
})

function append(session: number, count: number, text = '[]') {
  db.transaction(() => {
    for (let first = 1; first <= count; first++) messages.append(session, { first, count: 1, text })
  })()
}

const countOf = (session: number) =>
  db.prepare('SELECT count(*) FROM messages WHERE session = ?').pluck().get(session)
const firstsAfter = (session: number, position: number) =>
  Array.from(messages.after(session, position), (run) => run.first)

function trimAll(): number {
  let slices = 0
  while (messages.trimSlice()) slices++
  return slices
}

it('gives rows in order, starting with the one that holds the next message', () => {
  messages.append(1, { first: 4, count: 3, text: '[4],[5],[6]' })
  messages.append(2, { first: 1, count: 9, text: '…' })
  messages.append(1, { first: 1, count: 3, text: '[1],[2],[3]' })
  expect(firstsAfter(1, 0)).toEqual([1, 4])
  expect(firstsAfter(1, 2)).toEqual([1, 4])
  expect(firstsAfter(1, 3)).toEqual([4])
  expect(firstsAfter(1, 5)).toEqual([4])
})

it('refuses a second row for the same position', () => {
  append(1, 1)
  expect(() => append(1, 1)).toThrow('UNIQUE')
})

it('hides what is marked at once and removes it in slices', () => {
  append(1, 1200)
  messages.trim(1, 1100)
  expect(firstsAfter(1, 0)[0]).toBe(1101)
  expect(messages.trimSlice()).toBe(true)
  expect(countOf(1)).toBe(700)
  trimAll()
  expect(countOf(1)).toBe(100)
  expect(messages.trimSlice()).toBe(false)
})

it('removes large rows in smaller slices', () => {
  append(1, 5, 'x'.repeat(600_000))
  messages.trim(1, 5)
  messages.trimSlice()
  expect(countOf(1)).toBe(3)
  trimAll()
  expect(countOf(1)).toBe(0)
})

it('keeps a row of which some messages are needed', () => {
  messages.append(1, { first: 1, count: 3, text: '[1],[2],[3]' })
  messages.trim(1, 2)
  trimAll()
  expect(firstsAfter(1, 0)).toEqual([1])
})

it('never takes a mark back', () => {
  append(1, 3)
  messages.trim(1, 2)
  messages.trim(1, 1)
  trimAll()
  expect(firstsAfter(1, 0)).toEqual([3])
})

it('leaves other sessions alone', () => {
  append(1, 3)
  append(2, 3)
  messages.trim(1, Number.MAX_SAFE_INTEGER)
  trimAll()
  expect(countOf(1)).toBe(0)
  expect(countOf(2)).toBe(3)
})
