import type { Garbage, KnownFile, KnownSession, UnusedFile } from '../db/garbage.ts'
import { type AppFilePath, parseFilePath } from '../files/file-path.ts'
import type { Trash } from './trash.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** What nobody refers to stays that long after it was used: someone may be about to refer to it. */
const GRACE_MS = DAY_MS
const HOURLY_SNAPSHOTS_MS = DAY_MS
const DAILY_SNAPSHOTS_MS = 30 * DAY_MS
/** Files removed in one step: about a millisecond. */
const FILES_PER_STEP = 8

export interface GarbageSource {
  readonly garbage: Garbage
  readonly trash: Trash
  readonly wallTime: () => number
  /** told what was removed, if it does not come to its end */
  readonly onCutShort: (report: GarbageReport) => void
}

export interface GarbageRules {
  /** how many snapshots a session can fall back to */
  readonly keptSnapshots: number
  /** days after which a session that nobody visited goes; 0: never */
  readonly sessionDays: number
  /** days after which files of the Data API go, needed or not; 0: never */
  readonly dataDays: number
  /** ids of the sessions that are in memory; those that are restored meanwhile have to be added */
  readonly running: ReadonlySet<string>
}

/** Rows of the database: their files, if any, follow when they have not been used for a day. */
type RowKind = 'session' | 'snapshot' | 'saved data'
type FileKind = 'snapshot file' | 'persisted file' | 'data file'
export type GarbageKind = RowKind | FileKind

/** What was removed. */
export interface GarbageItem {
  readonly kind: GarbageKind
  /** a session's id; the path of the file for all others */
  readonly name: string
  /** of a file; 0 for a row */
  readonly bytes: number
}

export type GarbageReport = Readonly<
  Record<GarbageKind, { readonly count: number; readonly bytes: number }>
>

/** A step gives what it removed, or undefined: the disk is busy, and some ms later is soon enough to go on. */
export type GarbageStep = readonly GarbageItem[] | undefined
type Steps<Result = void> = Generator<GarbageStep, Result>

/**
 * Removes what nobody needs any more. Each step takes about a millisecond and leaves everything in order;
 * anything may be committed, restored and uploaded between two of them.
 */
export function* collectGarbage(source: GarbageSource, rules: GarbageRules): Steps<GarbageReport> {
  const totals = {
    session: { count: 0, bytes: 0 },
    snapshot: { count: 0, bytes: 0 },
    'saved data': { count: 0, bytes: 0 },
    'snapshot file': { count: 0, bytes: 0 },
    'persisted file': { count: 0, bytes: 0 },
    'data file': { count: 0, bytes: 0 },
  }
  let isDone = false
  try {
    for (const items of steps(source, rules)) {
      for (const { kind, bytes } of items ?? []) {
        totals[kind].count += 1
        totals[kind].bytes += bytes
      }
      yield items
    }
    isDone = true
    return totals
  } finally {
    if (!isDone && Object.values(totals).some(({ count }) => count > 0)) source.onCutShort(totals)
  }
}

/** Rows before files: what a session let go of is of no more use to it. */
function* steps(source: GarbageSource, rules: GarbageRules): Steps {
  yield* sessionSteps(source, rules)
  if (rules.sessionDays > 0) yield* saveSteps(source, rules)
  yield* fileSteps(source, rules)
}

function* sessionSteps(source: GarbageSource, rules: GarbageRules): Steps {
  let page = source.garbage.sessionsAfter(0)
  while (page.length > 0) {
    yield []
    for (const session of page) {
      if (session.snapshots > rules.keptSnapshots) yield* snapshotSteps(source, rules, session.key)
      if (isExpired(session, source, rules)) yield removeSession(session, source, rules)
    }
    page = source.garbage.sessionsAfter(page.at(-1)?.key ?? Infinity)
  }
}

function isExpired(session: KnownSession, source: GarbageSource, rules: GarbageRules): boolean {
  return rules.sessionDays > 0 && session.visitedAt < daysAgo(rules.sessionDays, source)
}

function removeSession(
  { key, sessionId }: KnownSession,
  source: GarbageSource,
  { sessionDays, running }: GarbageRules,
): GarbageItem[] {
  if (running.has(sessionId)) return []
  const { garbage, wallTime } = source
  const isRemoved = garbage.removeSession(key, daysAgo(sessionDays, source), wallTime())
  return isRemoved ? [{ kind: 'session', name: sessionId, bytes: 0 }] : []
}

function* snapshotSteps(
  { garbage, wallTime }: GarbageSource,
  { keptSnapshots }: GarbageRules,
  session: number,
): Steps {
  const isKept = snapshotSieve(keptSnapshots, wallTime())
  let page = garbage.snapshotsBefore(session, Infinity)
  while (page.length > 0) {
    const needless = page.filter(({ createdAt }) => !isKept(createdAt))
    garbage.dropSnapshots(session, needless, wallTime())
    yield needless.map(({ path }) => ({ kind: 'snapshot', name: path, bytes: 0 }))
    page = garbage.snapshotsBefore(session, page.at(-1)?.time ?? -Infinity)
  }
}

/**
 * Tells which of a session's snapshots stay: the newest few, then the newest of each hour for a day
 * and of each day (UTC) for a month. To be asked about one after the other, the newest first.
 * @param wallTime ms, now
 */
export function snapshotSieve(
  keptSnapshots: number,
  wallTime: number,
): (createdAt: number) => boolean {
  let count = 0
  const hours = new Set<number>()
  const days = new Set<number>()
  return (createdAt) => {
    count += 1
    if (count <= keptSnapshots) return true
    const age = wallTime - createdAt
    const isFirstOfHour = isAdded(hours, Math.floor(createdAt / HOUR_MS))
    const isFirstOfDay = isAdded(days, Math.floor(createdAt / DAY_MS))
    if (age < HOURLY_SNAPSHOTS_MS && isFirstOfHour) return true
    return age < DAILY_SNAPSHOTS_MS && isFirstOfDay
  }
}

function isAdded(set: Set<number>, value: number): boolean {
  const { size } = set
  return set.add(value).size > size
}

function* saveSteps(source: GarbageSource, { sessionDays }: GarbageRules): Steps {
  const { garbage, wallTime } = source
  let page = garbage.savesAfter('', '')
  while (page.length > 0) {
    const removed = garbage.removeSaves(page, daysAgo(sessionDays, source), wallTime())
    yield removed.map(({ path }) => ({ kind: 'saved data', name: path, bytes: 0 }))
    const { appId = '', persistentId = '' } = page.at(-1) ?? {}
    page = garbage.savesAfter(appId, persistentId)
  }
}

function* fileSteps(source: GarbageSource, rules: GarbageRules): Steps {
  const { garbage, trash, wallTime } = source
  let page = garbage.filesAfter('')
  while (page.length > 0) {
    yield []
    const unused = page.filter((file) => isUnused(file, wallTime()))
    for (let at = 0; at < unused.length; at += FILES_PER_STEP) {
      while (trash.isFull) yield undefined
      yield removeFiles(unused.slice(at, at + FILES_PER_STEP), source, rules)
    }
    page = garbage.filesAfter(page.at(-1)?.path ?? '')
  }
}

/** Whether nobody refers to it, and nobody has for a day. */
export function isUnused({ isReferenced, usedAt }: KnownFile, wallTime: number): boolean {
  return isReferenced === 0 && usedAt < wallTime - GRACE_MS
}

/** First out of the index, then away: a crash in between leaves a file that the index does not know. */
function removeFiles(
  files: readonly KnownFile[],
  source: GarbageSource,
  rules: GarbageRules,
): GarbageItem[] {
  const needless = files.flatMap((file) => needlessFile(file, source, rules) ?? [])
  const removed = source.garbage.removeFiles(needless)
  for (const { path } of removed) source.trash.take(path)
  return removed.map(({ kind, path, bytes }) => ({ kind, name: path, bytes }))
}

/** Whose use ended when it has to have, to be garbage; undefined for a file that is left alone. */
export function needlessFile(
  { path, bytes }: KnownFile,
  source: Pick<GarbageSource, 'garbage' | 'wallTime'>,
  rules: GarbageRules,
): (UnusedFile & { readonly kind: FileKind }) | undefined {
  const file = parseFilePath(path)
  // Nobody knows what it is for.
  if (!file) return undefined
  const usedBefore =
    file.kind === 'data' ? dataUsedBefore(file, source, rules) : source.wallTime() - GRACE_MS
  return { kind: `${file.kind} file`, path, bytes, usedBefore }
}

/** Only the encrypted model knows who needs such a file: it goes by age, or after those whose it is. */
function dataUsedBefore(
  { appId, persistentId }: AppFilePath,
  source: Pick<GarbageSource, 'garbage' | 'wallTime'>,
  { dataDays, sessionDays }: GarbageRules,
): number {
  const byAge = dataDays > 0 ? daysAgo(dataDays, source) : -Infinity
  const isOrphan = sessionDays > 0 && !source.garbage.hasOwner(appId, persistentId)
  return Math.max(byAge, isOrphan ? daysAgo(sessionDays, source) : -Infinity)
}

function daysAgo(days: number, { wallTime }: Pick<GarbageSource, 'wallTime'>): number {
  return wallTime() - days * DAY_MS
}
