import { expect, test } from 'vitest'
import { session } from './sample-facts.ts'
import { type ListOrder, lineOf, pageOf, type SessionLine } from './session-list.ts'

const QUIET = { messagesPerSecond: 0, bytesPerSecond: 0 }
const ORDER: ListOrder = { filter: '', sort: 'users', order: 'descending', offset: 0, limit: 10 }
const LINES: readonly SessionLine[] = [
  lineOf(session('A', { name: 'Chess', users: 2, appId: undefined }), QUIET),
  lineOf(session('B', { name: 'drawing', users: 5, pageUrl: 'no url' }), QUIET),
  lineOf(session('C', { name: 'physics', users: 2 }), { messagesPerSecond: 9, bytesPerSecond: 9 }),
]
const names = (changes: Partial<ListOrder>) =>
  pageOf(LINES, { ...ORDER, ...changes }).sessions.map(({ name }) => name)

test('a line has the app, the host of the page, and what a join costs', () => {
  expect(LINES[0]).toMatchObject({ app: '', host: 'box.school', joinMessages: 3, joinBytes: 300 })
  expect(LINES[1]).toMatchObject({ app: 'org.example.app', host: '' })
})

test('lines are sorted by numbers and words, and then by id', () => {
  expect(names({})).toEqual(['drawing', 'Chess', 'physics'])
  expect(names({ order: 'ascending' })).toEqual(['Chess', 'physics', 'drawing'])
  expect(names({ sort: 'messagesPerSecond' })).toEqual(['physics', 'Chess', 'drawing'])
  expect(names({ sort: 'host', order: 'ascending' })).toEqual(['drawing', 'Chess', 'physics'])
})

test('a filter wants all its words, anywhere and in any case', () => {
  expect(names({ filter: 'chess' })).toEqual(['Chess'])
  expect(names({ filter: 'EXAMPLE  phys' })).toEqual(['physics'])
  expect(names({ filter: 'chess drawing' })).toEqual([])
})

test('a page tells how many there are in all', () => {
  const page = pageOf(LINES, { ...ORDER, offset: 1, limit: 1 })
  expect(page).toMatchObject({ total: 3, sessions: [{ name: 'Chess' }] })
  expect(pageOf(LINES, { ...ORDER, offset: 9 })).toEqual({ total: 3, sessions: [] })
})
