import type { KnownSession, SessionIndex } from '../db/session-index.ts'
import type { FileTally } from './file-survey.ts'

/** Of so many the snapshots are counted in one step: about a millisecond. */
const SURVEYED_AT_ONCE = 50

/** Which sessions are wanted. */
export interface ParkedQuery {
  /** those that are not parked, by id */
  readonly running: ReadonlySet<string>
  /** words that have to be in app, name, address of the page or id, whatever their case */
  readonly filter: string
  readonly offset: number
  readonly limit: number
}

/** A session that nobody is in. */
export interface ParkedSession extends Omit<KnownSession, 'key'> {
  readonly snapshots: FileTally
}

export interface ParkedPage {
  /** how many there are on all pages */
  readonly total: number
  /** those visited last come first */
  readonly sessions: readonly ParkedSession[]
}

/** Looks through all sessions, a few at a time; anything may happen between two steps. */
export function* listParked(
  index: SessionIndex,
  { running, filter, offset, limit }: ParkedQuery,
): Generator<undefined, ParkedPage> {
  const words = filter.toLowerCase().split(/\s+/)
  const wanted = offset + limit
  let newest: KnownSession[] = []
  let total = 0
  let slice = index.after(0)
  while (slice.length > 0) {
    const found = slice.filter((each) => !running.has(each.id) && hasAll(each, words))
    total += found.length
    newest = [...newest, ...found].sort((one, other) => other.visitedAt - one.visitedAt)
    newest.length = Math.min(newest.length, wanted)
    yield undefined
    slice = index.after(slice.at(-1)?.key ?? Infinity)
  }
  const sessions: ParkedSession[] = []
  for (const { key, ...session } of newest.slice(offset)) {
    sessions.push({ ...session, snapshots: index.snapshotsOf(key) })
    if (sessions.length % SURVEYED_AT_ONCE === 0) yield undefined
  }
  return { total, sessions }
}

function hasAll({ appId, name, pageUrl, id }: KnownSession, words: readonly string[]): boolean {
  const text = `${appId ?? ''} ${name} ${pageUrl} ${id}`.toLowerCase()
  return words.every((word) => text.includes(word))
}
