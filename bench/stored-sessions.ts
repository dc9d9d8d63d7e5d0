import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closeDatabase, openDatabase } from '../src/db/database.ts'
import { filesIn } from '../src/db/files.ts'
import { messagesIn } from '../src/db/messages.ts'
import { MIGRATIONS } from '../src/db/migrations.ts'
import { sessionsIn } from '../src/db/sessions.ts'
import { snapshotsIn } from '../src/db/snapshots.ts'
import { seqAt } from '../src/protocol/seq.ts'
import type { SessionState, SnapshotRecord } from '../src/session/record.ts'
import { tell } from './progress.ts'
import { sessionIdOf } from './session-client.ts'

/** Messages before the snapshot, which are not kept. */
const SNAPSHOT_POSITION = 100
const SNAPSHOT = Buffer.alloc(64, 'snapshot')
const PAYLOAD = 'x'.repeat(200)
const MS_PER_MESSAGE = 50
/** Sessions in one transaction. */
const SLICE = 1000

/** What a folder is to hold. */
export interface StoredSessions {
  readonly sessions: number
  /** of each, since its snapshot; each was a commit of its own */
  readonly messages: number
}

/** The id of a stored session. */
export function storedSessionId(index: number): string {
  return sessionIdOf(`stored ${index}`)
}

/** A box's folder with these sessions, below `dir`: made, or the one that an earlier run has made. */
export function storedFolder(dir: string, stored: StoredSessions): string {
  const { sessions, messages } = stored
  const folder = join(dir, `stored-${sessions}-${messages}-v${MIGRATIONS.length}`)
  if (existsSync(folder)) return folder
  tell(`storing ${sessions} sessions with ${messages} messages each`)
  const unfinished = `${folder}.part`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished)
  fill(unfinished, stored)
  renameSync(unfinished, folder)
  return folder
}

function fill(folder: string, { sessions, messages }: StoredSessions): void {
  const db = openDatabase(join(folder, 'box.sqlite'))
  const tables = {
    sessions: sessionsIn(db),
    messages: messagesIn(db),
    snapshots: snapshotsIn(db),
    files: filesIn(db),
  }
  const wallTime = Date.now()
  const put = (sessionId: string) => {
    const snapshot = snapshotOf(sessionId)
    const key = tables.sessions.put(sessionId, stateAt(SNAPSHOT_POSITION + messages), wallTime)
    tables.snapshots.put(key, snapshot, wallTime)
    tables.files.put({ path: snapshot.path, bytes: SNAPSHOT.length }, wallTime)
    for (let count = 1; count <= messages; count++) {
      const first = SNAPSHOT_POSITION + count
      const text = `[${first * MS_PER_MESSAGE},${seqAt(first)},"${PAYLOAD}",10]`
      tables.messages.append(key, { first, count: 1, text })
    }
    writeSnapshot(join(folder, 'uploads', snapshot.path))
  }
  const putSlice = db.transaction((from: number, to: number) => {
    for (let index = from; index < to; index++) put(storedSessionId(index))
  })
  for (let from = 0; from < sessions; from += SLICE) {
    putSlice(from, Math.min(from + SLICE, sessions))
    if (from > 0 && from % (10 * SLICE) === 0) tell(`${from} of ${sessions} stored`)
  }
  closeDatabase(db)
}

function stateAt(position: number): SessionState {
  return {
    name: 'bench',
    appId: undefined,
    persistentId: undefined,
    isAppUnknown: false,
    pageUrl: 'http://127.0.0.1/',
    timeline: 'bench',
    tove: undefined,
    time: position * MS_PER_MESSAGE,
    position,
    tick: 1000,
    delay: 0,
    scale: 1,
    flags: {},
    completedTallies: { remembered: [], forgottenTime: -1 },
    persistedPath: undefined,
  }
}

function snapshotOf(sessionId: string): SnapshotRecord {
  const [time, seq] = [SNAPSHOT_POSITION * MS_PER_MESSAGE, seqAt(SNAPSHOT_POSITION)]
  const hash = sessionIdOf(`snapshot of ${sessionId}`)
  const path = `snapshots/${sessionId}/${String(time).padStart(10, '0')}_${seq}-${hash}.snap`
  return { path, hash, time, seq, position: SNAPSHOT_POSITION }
}

function writeSnapshot(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, SNAPSHOT)
}
