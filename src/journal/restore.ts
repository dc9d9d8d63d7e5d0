import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Announced } from '../db/announced.ts'
import type { Messages } from '../db/messages.ts'
import type { Saved } from '../db/saved.ts'
import type { Sessions } from '../db/sessions.ts'
import type { Snapshots } from '../db/snapshots.ts'
import { joined, runFrom } from '../session/message-run.ts'
import type { MessageRun, StoredSession } from '../session/record.ts'
import type { JournalProblem } from './problem.ts'

/** Longest run made of several rows, in characters: a SYNC sends it in one piece. */
const JOINED_CHARS = 900_000
/** Rows read before others get their turn: about a millisecond. */
const ROWS_PER_STEP = 500

/** What restoring reads. */
export interface RestoreSource {
  readonly sessions: Sessions
  readonly announced: Announced
  readonly messages: Messages
  readonly snapshots: Snapshots
  /** how many a session can fall back to */
  readonly keptSnapshots: number
  readonly saved: Saved
  /** size of a file as it was stored; undefined: nobody knows */
  readonly bytesOf: (path: string) => number | undefined
  readonly uploadsDir: string
  readonly onProblem: (problem: JournalProblem) => void
}

/** The first joiner's session and app. */
export interface RestoreRequest {
  readonly sessionId: string
  readonly appId: string | undefined
  readonly persistentId: string | undefined
}

/** What a restore comes to. The session's messages have gone ahead, run by run. */
export interface Restored {
  readonly session: Omit<StoredSession, 'messages'> | undefined
  readonly persistedPath: string | undefined
}

type Steps<T> = Generator<MessageRun | undefined, T>

/**
 * Reads a session step by step; each step gives a run of messages or nothing yet.
 * The runs only count if the result has a session: a gap shows no earlier than it is met.
 */
export function* restore(source: RestoreSource, request: RestoreRequest): Steps<Restored> {
  const session = yield* restoreSession(source, request.sessionId)
  return { session, persistedPath: persistedPath(source, request) }
}

function* restoreSession(source: RestoreSource, sessionId: string): Steps<Restored['session']> {
  const stored = source.sessions.find(sessionId)
  if (!stored) return undefined
  const { key, state, leaveDelay } = stored
  const isThere = ({ path }: { path: string }) => hasFile(source, sessionId, path)
  const snapshot = source.snapshots.newestFirst(key, source.keptSnapshots).find(isThere)
  if (!snapshot && state.persistedPath !== undefined && !isThere({ path: state.persistedPath })) {
    const reason = `what it started from is gone: ${state.persistedPath}`
    source.onProblem({ kind: 'session lost', sessionId, reason })
    return undefined
  }
  const base = snapshot?.position ?? 0
  const { position, isWhole } = yield* readRuns(source.messages.after(key, base), base)
  if (!isWhole || position !== state.position) {
    const reason = `messages after ${base} are whole to ${position}, the session is at ${state.position}`
    source.onProblem({ kind: 'session lost', sessionId, reason })
    return undefined
  }
  const presence = { announced: source.announced.of(key), leaveDelay }
  return { state, snapshot, presence }
}

function persistedPath(
  source: RestoreSource,
  { sessionId, appId, persistentId }: RestoreRequest,
): string | undefined {
  if (appId === undefined || persistentId === undefined) return undefined
  const path = source.saved.pathOf(appId, persistentId)
  return path !== undefined && hasFile(source, sessionId, path) ? path : undefined
}

/** Whether a file is there, as long as it was when it was stored. */
function hasFile(source: RestoreSource, sessionId: string, path: string): boolean {
  const stats = statSync(join(source.uploadsDir, path), { throwIfNoEntry: false })
  const bytes = source.bytesOf(path) ?? stats?.size
  if (stats && stats.size === bytes) return true
  const kind = stats ? 'file damaged' : 'file missing'
  source.onProblem({ kind, sessionId, path })
  return false
}

/** The messages after `base`, to the last one or the first gap; tells how far it came. */
function* readRuns(
  rows: Iterable<MessageRun>,
  base: number,
): Steps<{ position: number; isWhole: boolean }> {
  let position = base
  let parts: MessageRun[] = []
  let chars = 0
  let rowsRead = 0
  for (const row of rows) {
    if (++rowsRead % ROWS_PER_STEP === 0) yield undefined
    const run = rowsRead === 1 ? withoutBefore(row, base + 1) : row
    if (!run) continue
    if (run.first !== position + 1) return { position, isWhole: false }
    if (chars > 0 && chars + run.text.length > JOINED_CHARS) {
      yield joined(parts)
      parts = []
      chars = 0
    }
    parts.push(run)
    chars += run.text.length + 1
    position += run.count
  }
  if (parts.length > 0) yield joined(parts)
  return { position, isWhole: true }
}

/** What of the row is at or after `first`. A row that cannot be cut is left as it is: a break. */
function withoutBefore(row: MessageRun, first: number): MessageRun | undefined {
  if (row.first + row.count <= first) return undefined
  return row.first < first ? (runFrom(row, first) ?? row) : row
}
