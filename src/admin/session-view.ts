import type { Chronicle } from './chronicle.ts'
import type { MemberFacts, SessionDesk } from './ports.ts'
import type { RateMeter } from './rates.ts'
import { lineOf, type SessionLine } from './session-list.ts'
import { userName } from './user-name.ts'

/** How many of a session's users are shown. */
const MAX_USERS = 200
/** What of a hash tells it from others, for people. */
const HASH_LENGTH = 8

/** Somebody in a session, as the dashboard shows it. */
export interface UserView {
  readonly connection: string
  readonly name: string
  readonly address: string
  readonly role: 'participant' | 'viewer'
  /** ms since 1970 */
  readonly since: number
  readonly latencyMs: number | null
  /** version of the client library; "" if it told none */
  readonly library: string
  /** beginning of the hash of the app's code; likewise */
  readonly code: string
  readonly boxHost: string
  readonly messagesIn: number
  readonly bytesOut: number
}

/** A running session, as its page shows it. */
export interface SessionView extends SessionLine {
  readonly url: string
  /** the first of them */
  readonly members: readonly UserView[]
  /** since the page was opened, and as long as somebody remembers: when (ms since 1970), and at which teatime (ms) */
  readonly snapshots: ReadonlyArray<{ readonly at: number; readonly time: number }>
  /** undefined: nobody told; of those who did, the middle one and the longest (ms) */
  readonly latencyMs: { readonly median: number; readonly max: number } | null
  /** the newest vote on what the model is; null: there was none */
  readonly vote: {
    readonly at: number
    readonly groups: ReadonlyArray<{ readonly hash: string; readonly names: readonly string[] }>
  } | null
}

export interface SessionSources {
  readonly desk: SessionDesk
  readonly chronicle: Chronicle
  readonly rates: RateMeter
}

/** Undefined: it does not run. */
export function sessionView(
  id: string,
  { desk, chronicle, rates }: SessionSources,
): SessionView | undefined {
  const facts = desk.session(id)
  if (!facts) return undefined
  const members = desk.members(id)
  const story = chronicle.story(id)
  return {
    ...lineOf(facts, rates.ratesOf(facts)),
    url: facts.pageUrl,
    members: members.slice(0, MAX_USERS).map(userView),
    snapshots: story?.snapshots ?? [],
    latencyMs: spreadOf(members.flatMap(({ latencyMs }) => latencyMs ?? [])),
    vote: newestVote(chronicle, id),
  }
}

function userView(member: MemberFacts): UserView {
  const { connection, user, userIp, isViewer, since, latencyMs, sdk, codeHash, boxHost } = member
  return {
    connection,
    name: userName(user),
    address: userIp,
    role: isViewer ? 'viewer' : 'participant',
    since,
    latencyMs: latencyMs ?? null,
    library: sdk ?? '',
    code: (codeHash ?? '').slice(0, HASH_LENGTH),
    boxHost,
    messagesIn: member.traffic.mi,
    bytesOut: member.traffic.bo,
  }
}

function spreadOf(latencies: readonly number[]): SessionView['latencyMs'] {
  const sorted = latencies.toSorted((one, other) => one - other)
  const max = sorted.at(-1)
  const median = sorted[Math.floor((sorted.length - 1) / 2)]
  return max === undefined || median === undefined ? null : { median, max }
}

function newestVote(chronicle: Chronicle, id: string): SessionView['vote'] {
  const ballot = chronicle.story(id)?.ballots.at(-1)
  if (!ballot) return null
  const groups = Map.groupBy(ballot.votes.values(), ({ hash }) => hash)
  return {
    at: ballot.at,
    groups: Array.from(groups, ([hash, votes]) => ({
      hash,
      names: votes.map(({ visitor }) => userName(visitor.user)),
    })),
  }
}
