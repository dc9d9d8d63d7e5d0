import type { KnownFile } from '../db/garbage.ts'
import { type FilePath, parseFilePath } from '../files/file-path.ts'
import { type GarbageRules, type GarbageSource, isUnused, needlessFile } from './garbage.ts'

/** Files, and how much they are. */
export interface FileTally {
  readonly count: number
  readonly bytes: number
}

/** The files of one app. */
export interface AppFiles {
  /** undefined: of sessions that told no app, or are not stored any more */
  readonly appId: string | undefined
  readonly snapshots: FileTally
  /** what apps saved, and what their users shared */
  readonly data: FileTally
  /** what of both a collection would remove now */
  readonly garbage: FileTally
}

export type FileSurvey = readonly AppFiles[]

type SurveySource = Pick<GarbageSource, 'garbage' | 'wallTime'>
type MutableTally = { -readonly [Key in keyof FileTally]: FileTally[Key] }
type Tallies = Record<'snapshots' | 'data' | 'garbage', MutableTally>

/** Counts files by app, page by page; anything may happen between two pages. */
export function* surveyFiles(
  source: SurveySource,
  rules: GarbageRules,
): Generator<undefined, FileSurvey> {
  const apps = new Map<string | undefined, Tallies>()
  let page = source.garbage.filesAfter('')
  while (page.length > 0) {
    for (const file of page) count(apps, file, source, rules)
    yield undefined
    page = source.garbage.filesAfter(page.at(-1)?.path ?? '')
  }
  return Array.from(apps, ([appId, tallies]) => ({ appId, ...tallies }))
}

function count(
  apps: Map<string | undefined, Tallies>,
  file: KnownFile,
  source: SurveySource,
  rules: GarbageRules,
): void {
  const parsed = parseFilePath(file.path)
  if (!parsed) return
  const appId = ownerOf(parsed, source)
  const tallies = apps.get(appId) ?? { snapshots: none(), data: none(), garbage: none() }
  apps.set(appId, tallies)
  add(tallies[parsed.kind === 'snapshot' ? 'snapshots' : 'data'], file)
  if (isGarbage(file, source, rules)) add(tallies.garbage, file)
}

function ownerOf(file: FilePath, { garbage }: SurveySource): string | undefined {
  if (file.kind !== 'snapshot') return file.appId
  return file.app?.appId ?? garbage.appOf(file.sessionId)
}

function isGarbage(file: KnownFile, source: SurveySource, rules: GarbageRules): boolean {
  if (!isUnused(file, source.wallTime())) return false
  const needless = needlessFile(file, source, rules)
  return needless !== undefined && file.usedAt < needless.usedBefore
}

function add(tally: MutableTally, { bytes }: KnownFile): void {
  tally.count += 1
  tally.bytes += bytes
}

function none(): MutableTally {
  return { count: 0, bytes: 0 }
}
