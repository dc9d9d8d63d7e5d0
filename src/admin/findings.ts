import type { Ballot, Departure, SessionStory, Vote } from './chronicle.ts'
import type { MemberFacts, Visitor } from './ports.ts'
import { userName } from './user-name.ts'

/** What somebody left for counts as news for this long (ms). */
const RECENT_MS = 60 * 60_000
/** The client's own code for: it can never join like this. */
const GAVE_UP = 4200
/** Who gives up for no other reason does so that soon after connecting (ms). */
const PASSWORD_WITHIN_MS = 3000

/** Something that explains why people do not see each other. */
export interface Finding {
  readonly kind:
    | 'code version'
    | 'library version'
    | 'options'
    | 'wrong password'
    | 'snapshot'
    | 'divergence'
    | 'host names'
    | 'nothing wrong'
  readonly level: 'problem' | 'hint' | 'fine'
  readonly title: string
  /** what was seen */
  readonly detail: string
  /** what to do about it */
  readonly advice: string
  /** of other sessions that it is about */
  readonly sessions: readonly string[]
}

/** What findings are made from. */
export interface Evidence {
  readonly story: SessionStory
  /** of all sessions that are remembered */
  readonly stories: Iterable<SessionStory>
  readonly members: readonly MemberFacts[]
  /** ms since 1970 */
  readonly now: number
}

/** Why people who want to meet in a session may not see each other there, the gravest first. */
export function findingsOn(evidence: Evidence): readonly Finding[] {
  const findings = [
    ...splits(evidence),
    ...wrongPasswords(evidence),
    ...lostSnapshots(evidence),
    ...divergence(evidence),
    ...hostNames(evidence),
  ]
  return findings.length > 0 ? findings : [nothingWrong(evidence)]
}

/** The same app and name in another session: what else goes into the session's id is another. */
function splits({ story, stories, now }: Evidence): Finding[] {
  const twins = [...stories].filter(
    (other) => other.id !== story.id && isTwin(story, other) && now - other.lastJoinAt < RECENT_MS,
  )
  const groups = new Map<Finding['kind'], SessionStory[]>()
  for (const twin of twins) {
    const kind = differenceOf(story, twin)
    groups.set(kind, [...(groups.get(kind) ?? []), twin])
  }
  return Array.from(groups, ([kind, others]) => splitFinding(kind, story, others))
}

function isTwin({ label }: SessionStory, { label: other }: SessionStory): boolean {
  if (label.appId === undefined || label.appId !== other.appId) return false
  const isSameId = label.persistentId !== undefined && label.persistentId === other.persistentId
  return isSameId || (label.name !== '' && label.name === other.name)
}

function differenceOf(one: SessionStory, other: SessionStory): Finding['kind'] {
  const [mine, theirs] = [one.programs.at(-1), other.programs.at(-1)]
  if (mine?.codeHash !== theirs?.codeHash) {
    return mine?.sdk === theirs?.sdk ? 'code version' : 'library version'
  }
  return 'options'
}

function splitFinding(
  kind: Finding['kind'],
  story: SessionStory,
  others: readonly SessionStory[],
): Finding {
  const sessions = others.map(({ id }) => id)
  const where = others.length === 1 ? 'another session' : `${others.length} other sessions`
  const app = `the app ${story.label.appId}`
  const base = { kind, level: 'problem', sessions } as const
  if (kind === 'library version') {
    const versions = [story, ...others].map(({ programs }) => programs.at(-1)?.sdk ?? 'unknown')
    return {
      ...base,
      title: 'Some people use another version of the client library',
      detail: `People with ${app} under the same name are in ${where}, because their pages load the client library in versions ${listed(versions)}.`,
      advice: `Have all of them open the same page, and reload it. ${pagesOf([story, ...others])}`,
    }
  }
  if (kind === 'code version') {
    return {
      ...base,
      title: 'Some people run another version of the app',
      detail: `People with ${app} under the same name are in ${where}, because the code of their app is not the same.`,
      advice: `Have everybody reload the page, so that all have the newest version. If it stays so, they open it at different addresses. ${pagesOf([story, ...others])}`,
    }
  }
  return {
    ...base,
    title: 'Some people joined the same name with other options',
    detail: `People with ${app} under the same name and with the same code are in ${where}: something that their pages pass to Session.join is not the same.`,
    advice: `Have everybody open the same link. ${pagesOf([story, ...others])}`,
  }
}

function pagesOf(stories: readonly SessionStory[]): string {
  const pages = new Set(stories.map(({ label }) => label.pageUrl).filter((url) => url !== ''))
  return pages.size > 1 ? `They came from ${listed(pages)}.` : ''
}

function wrongPasswords({ story, members, now }: Evidence): Finding[] {
  const recent = recentDepartures(story, now)
  const refused = recent.filter(isWrongPassword).filter((each) => !isBack(each, members))
  if (refused.length === 0) return []
  return [
    {
      kind: 'wrong password',
      level: 'problem',
      title: 'Somebody has another password',
      detail: `${namesOf(refused)} found the session and could not read it: the password that their page uses is not the session’s.`,
      advice:
        'Send them the link that the others use: the password is often a part of it. Whoever types it in has to type it exactly.',
      sessions: [],
    },
  ]
}

/** In the client's own words, if it gave any; it leaves right after SYNC. */
function isWrongPassword({ code, reason, afterMs }: Departure): boolean {
  if (code !== GAVE_UP) return false
  return /password/i.test(reason) || (reason === '' && afterMs < PASSWORD_WITHIN_MS)
}

/** Whether somebody has come in from there since: what went wrong is over. */
function isBack({ visitor, at }: Departure, members: readonly MemberFacts[]): boolean {
  return members.some(({ userIp, since }) => userIp === visitor.userIp && since > at)
}

function lostSnapshots({ story, members, now }: Evidence): Finding[] {
  const failed = recentDepartures(story, now)
    .filter(({ code, reason }) => code === GAVE_UP && /fetch/i.test(reason))
    .filter((each) => !isBack(each, members))
  const base = { kind: 'snapshot', level: 'problem', sessions: [] } as const
  if (failed.length > 0) {
    return [
      {
        ...base,
        title: 'Somebody could not load the snapshot',
        detail: `${namesOf(failed)} could not download what the session starts from, and gave up.`,
        advice:
          'Ask for a new snapshot here, while somebody is in, then have them reload. If it stays so, something between them and the box blocks downloads: an http page may not load from https with an unknown certificate, for example.',
      },
    ]
  }
  const lostAt = Math.max(story.snapshotLostAt ?? 0, story.fileMissedAt ?? 0)
  if (now - lostAt > RECENT_MS) return []
  return [
    {
      ...base,
      title: 'A snapshot’s file is gone',
      detail:
        'A snapshot of this session was asked for, and its file is not on the disk. The box falls back to the snapshot before, and to all messages since.',
      advice:
        'Ask for a new snapshot while somebody is in. If you did not delete files yourself, check the disk: the log says what else is missing.',
    },
  ]
}

function divergence({ story, now }: Evidence): Finding[] {
  const split = story.ballots.findLast(
    ({ votes, at }) => now - at < RECENT_MS && hashesOf(votes).size > 1,
  )
  const isHealed = story.ballots.some(
    (later) =>
      split && later.at > split.at && later.votes.size > 1 && hashesOf(later.votes).size === 1,
  )
  if (!split || isHealed) return []
  const [most = [], ...others] = groupsIn(split)
  const dissenters = others.flat()
  const isTie = others.some(({ length }) => length === most.length)
  const who = isTie
    ? `${listed(most.map(nameOf))} and ${listed(dissenters.map(nameOf))} do not have the same`
    : `${listed(dissenters.map(nameOf))} ${dissenters.length === 1 ? 'has' : 'have'} something else than the others`
  return [
    {
      kind: 'divergence',
      level: 'problem',
      title: 'People see different things: the session has diverged',
      detail: `When clients compared what they have, ${who}.`,
      advice:
        'Have the people named reload their page: they start again from what the others have. If it comes back, the app’s model does something that is not the same everywhere: it uses Date, random numbers of its own, or what is only on one device.',
      sessions: [],
    },
  ]
}

/** Votes of the same hash, the largest group first. */
function groupsIn({ votes }: Ballot): Vote[][] {
  const groups = Map.groupBy(votes.values(), ({ hash }) => hash)
  return [...groups.values()].sort((one, other) => other.length - one.length)
}

function hashesOf(votes: ReadonlyMap<string, Vote>): Set<string> {
  return new Set(Array.from(votes.values(), ({ hash }) => hash))
}

function hostNames({ members }: Evidence): Finding[] {
  const hosts = new Set(members.map(({ boxHost }) => boxHost))
  if (hosts.size < 2) return []
  return [
    {
      kind: 'host names',
      level: 'hint',
      title: 'People reach the box by different addresses',
      detail: `Those in this session came by ${listed(hosts)}. They see each other; but files that they share in the app keep the address of whoever shared them, and others may not be able to open them.`,
      advice: 'Give everybody the same address, that of the network and not localhost.',
      sessions: [],
    },
  ]
}

function nothingWrong({ members }: Evidence): Finding {
  const alone = members.length < 2
  return {
    kind: 'nothing wrong',
    level: 'fine',
    title: 'Nothing is wrong here, as far as the box can tell',
    detail: alone
      ? 'Nobody else has come to this session, and nobody with the same app and name is in another one.'
      : 'All who are here are in the same session, with the same messages in the same order.',
    advice: alone
      ? 'Have the others open the same link. If they do not show up here, they do not reach the box: let them open its landing page.'
      : 'If somebody is missing, have them open the link that the others use, and reload.',
    sessions: [],
  }
}

function recentDepartures({ departures }: SessionStory, now: number): readonly Departure[] {
  return departures.filter(({ at }) => now - at < RECENT_MS)
}

function namesOf(departures: readonly Departure[]): string {
  return listed(new Set(departures.map(nameOf)))
}

function nameOf({ visitor }: { readonly visitor: Visitor }): string {
  return `${userName(visitor.user)} (${visitor.userIp})`
}

/** One, two and three. */
function listed(items: Iterable<string>): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(new Set(items))
}
