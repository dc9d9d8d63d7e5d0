import { createHash } from 'node:crypto'
import { keptText } from './kept-text.ts'
import type { SessionLabel, Visitor } from './ports.ts'
import { userName } from './user-name.ts'

/** How many sessions are remembered, running or not, the newest… */
const MAX_SESSIONS = 2000
/** …and how much of each. */
const MAX_DEPARTURES = 20
const MAX_SNAPSHOTS = 50
const MAX_BALLOTS = 5
const MAX_VOTERS = 200
const MAX_PROGRAMS = 20
/** Longer texts of clients are cut (UTF-16 units). */
const MAX_TEXT_LENGTH = 500
/** A host name is not longer (RFC 1035), and a header that says so may be. */
const MAX_HOST_LENGTH = 260
/** Of a session that nobody is in, the votes of the newest ballot only are remembered, and not more than these. */
const MAX_PARKED_VOTERS = 10
/** What clients call the vote on what the model is. */
const SNAPSHOT_TOPIC = /^snapshot\b/
/** A longer vote is no vote on a snapshot, nor is one on what has a longer name. */
const MAX_VOTE_LENGTH = 10_000
const MAX_TOPIC_LENGTH = 200
/** Clients' own hashes are long: of each, so much of another hash is kept (hex digits). */
const HASH_LENGTH = 12

/** Somebody who left. */
export interface Departure {
  readonly visitor: Visitor
  readonly code: number
  readonly reason: string
  /** how long the connection lasted (ms) */
  readonly afterMs: number
  /** ms since 1970 */
  readonly at: number
}

export interface Vote {
  readonly visitor: Visitor
  /** of the whole model */
  readonly hash: string
}

/** One vote on what the model is at one teatime. */
export interface Ballot {
  readonly key: string
  /** ms since 1970 */
  readonly at: number
  /** by connection */
  readonly votes: Map<string, Vote>
}

/** Which program somebody was seen with. */
export type Program = Pick<Visitor, 'sdk' | 'codeHash'>

/** What is remembered of a session. */
export interface SessionStory {
  readonly id: string
  label: SessionLabel
  /** when somebody joined last, ms since 1970 */
  lastJoinAt: number
  /** which clients joined, the newest last */
  readonly programs: Program[]
  readonly departures: Departure[]
  readonly snapshots: Array<{ readonly at: number; readonly time: number }>
  readonly ballots: Ballot[]
  /** when a snapshot's file was found to be gone, ms since 1970; undefined: it never was */
  snapshotLostAt: number | undefined
  /** when somebody asked in vain for the file of a snapshot, likewise */
  fileMissedAt: number | undefined
}

/** Told that a session is another than it was. */
export type OnChange = (sessionId: string) => void

/** Remembers, in bounded memory whatever clients tell of themselves, what explains why people do or do not see each other. */
export class Chronicle {
  readonly #stories = new Map<string, SessionStory>()
  readonly #wallTime: () => number
  #onChange: OnChange = () => {}

  constructor(wallTime: () => number) {
    this.#wallTime = wallTime
  }

  set onChange(onChange: OnChange) {
    this.#onChange = onChange
  }

  story(sessionId: string): SessionStory | undefined {
    return this.#stories.get(sessionId)
  }

  stories(): Iterable<SessionStory> {
    return this.#stories.values()
  }

  joined(sessionId: string, label: SessionLabel, visitor: Visitor): void {
    const story = this.#refresh(sessionId, keptLabel(label))
    const { sdk, codeHash } = keptVisitor(visitor)
    const isKnown = story.programs.some((each) => each.sdk === sdk && each.codeHash === codeHash)
    if (!isKnown) keep(story.programs, { sdk, codeHash }, MAX_PROGRAMS)
    this.#onChange(sessionId)
  }

  left(sessionId: string, visitor: Visitor, code: number, reason: string, afterMs: number): void {
    const departures = this.#stories.get(sessionId)?.departures
    if (departures) {
      const at = this.#wallTime()
      keep(departures, { visitor: keptVisitor(visitor), code, reason, afterMs, at }, MAX_DEPARTURES)
    }
    this.#onChange(sessionId)
  }

  voted(
    sessionId: string,
    visitor: Visitor,
    { tuttiKey: key, payload }: { readonly tuttiKey: string; readonly payload: string },
  ): void {
    const story = this.#stories.get(sessionId)
    if (!story || !SNAPSHOT_TOPIC.test(key)) return
    if (key.length > MAX_TOPIC_LENGTH || payload.length > MAX_VOTE_LENGTH) return
    const hash = hashIn(payload)
    if (hash === undefined) return
    const ballot = story.ballots.find((other) => other.key === key) ?? this.#newBallot(story, key)
    if (ballot.votes.size >= MAX_VOTERS) return
    ballot.votes.set(visitor.connection, { visitor: keptVisitor(visitor), hash })
  }

  snapshotTaken(sessionId: string, time: number): void {
    const story = this.#stories.get(sessionId)
    if (!story) return
    keep(story.snapshots, { at: this.#wallTime(), time }, MAX_SNAPSHOTS)
    story.snapshotLostAt = undefined
    story.fileMissedAt = undefined
    this.#onChange(sessionId)
  }

  snapshotLost(sessionId: string): void {
    const story = this.#stories.get(sessionId)
    if (story) story.snapshotLostAt = this.#wallTime()
  }

  /** Somebody asked for the file of a snapshot of this session, which is not there. */
  snapshotMissed(sessionId: string): void {
    const story = this.#stories.get(sessionId)
    if (story) story.fileMissedAt = this.#wallTime()
  }

  closed(sessionId: string): void {
    const ballots = this.#stories.get(sessionId)?.ballots
    const [newest] = ballots?.splice(0).slice(-1) ?? []
    if (newest) {
      const votes = new Map([...newest.votes].slice(0, MAX_PARKED_VOTERS))
      ballots?.push({ ...newest, votes })
    }
    this.#onChange(sessionId)
  }

  #refresh(id: string, label: SessionLabel): SessionStory {
    const story = this.#stories.get(id) ?? newStory(id, label)
    story.label = label
    story.lastJoinAt = this.#wallTime()
    // The newest comes last, so that the oldest goes first.
    this.#stories.delete(id)
    this.#stories.set(id, story)
    if (this.#stories.size > MAX_SESSIONS) {
      const [oldest] = this.#stories.keys()
      if (oldest !== undefined) this.#stories.delete(oldest)
    }
    return story
  }

  #newBallot(story: SessionStory, key: string): Ballot {
    const ballot = { key, at: this.#wallTime(), votes: new Map<string, Vote>() }
    keep(story.ballots, ballot, MAX_BALLOTS)
    return ballot
  }
}

function newStory(id: string, label: SessionLabel): SessionStory {
  return {
    ...{ id, label, lastJoinAt: 0, programs: [], departures: [], snapshots: [], ballots: [] },
    ...{ snapshotLostAt: undefined, fileMissedAt: undefined },
  }
}

function keptLabel({ name, appId, persistentId, pageUrl }: SessionLabel): SessionLabel {
  return {
    name: kept(name),
    appId: appId && kept(appId),
    persistentId: persistentId && kept(persistentId),
    pageUrl: kept(pageUrl),
  }
}

/** Of what a client says about its user, only the name is ever shown. */
function keptVisitor({ user, sdk, codeHash, ...visitor }: Visitor): Visitor {
  return {
    ...visitor,
    boxHost: keptText(visitor.boxHost, MAX_HOST_LENGTH),
    user: kept(userName(user)),
    sdk: sdk && kept(sdk),
    codeHash: codeHash && kept(codeHash),
  }
}

function kept(text: string): string {
  return keptText(text, MAX_TEXT_LENGTH)
}

function keep<T>(list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}

function hashIn(payload: string): string | undefined {
  try {
    const { hash } = JSON.parse(payload) as { hash?: unknown }
    if (typeof hash !== 'string') return undefined
    return createHash('sha256').update(hash).digest('hex').slice(0, HASH_LENGTH)
  } catch {
    return undefined // no vote that this knows
  }
}
