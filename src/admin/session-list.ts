import type { SessionFacts, Wanted } from './ports.ts'
import type { Rates } from './rates.ts'

/** A session as a line of a table. */
export interface SessionLine extends Rates {
  readonly id: string
  /** the app's id; "" if it told none */
  readonly app: string
  readonly name: string
  /** host of the page */
  readonly host: string
  readonly users: number
  /** ms since 1970 */
  readonly startedAt: number
  /** what everybody who joins gets; bytes are UTF-16 units */
  readonly joinMessages: number
  readonly joinBytes: number
}

export const SORT_KEYS = [
  'app',
  'name',
  'host',
  'users',
  'startedAt',
  'messagesPerSecond',
  'bytesPerSecond',
  'joinMessages',
  'joinBytes',
] as const

export interface ListOrder extends Wanted {
  readonly sort: (typeof SORT_KEYS)[number]
  readonly order: 'ascending' | 'descending'
}

export interface ListPage {
  /** how many there are on all pages */
  readonly total: number
  readonly sessions: readonly SessionLine[]
}

export function lineOf(facts: SessionFacts, rates: Rates): SessionLine {
  const { id, appId: app = '', name, pageUrl, users, startedAt, joinCost } = facts
  const { messages: joinMessages, bytes: joinBytes } = joinCost
  const host = hostOf(pageUrl)
  return { id, app, name, host, users, startedAt, joinMessages, joinBytes, ...rates }
}

/** "" if it is no address. */
export function hostOf(pageUrl: string): string {
  return URL.parse(pageUrl)?.host ?? ''
}

/** One page of the lines in that order. */
export function pageOf(lines: Iterable<SessionLine>, order: ListOrder): ListPage {
  const { filter, sort, offset, limit } = order
  const words = filter.toLowerCase().split(/\s+/)
  const found = [...lines].filter((line) => hasAll(line, words))
  const sign = order.order === 'ascending' ? 1 : -1
  found.sort((one, other) => sign * compare(one[sort], other[sort]) || compare(one.id, other.id))
  return { total: found.length, sessions: found.slice(offset, offset + limit) }
}

function hasAll({ app, name, host, id }: SessionLine, words: readonly string[]): boolean {
  const text = `${app} ${name} ${host} ${id}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function compare(one: string | number, other: string | number): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
