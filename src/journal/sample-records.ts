import { join } from 'node:path'
import type { Json } from '../protocol/messages.ts'
import type {
  MessageRun,
  NewMessages,
  PresenceChange,
  SessionState,
  SnapshotRecord,
  StoredSession,
} from '../session/record.ts'
import type { WriterOptions } from './options.ts'

/** For tests: what a journal in this folder is opened with, its uploads in the same folder. */
export function journalOptions(dir: string): WriterOptions {
  return {
    databasePath: join(dir, 'box.sqlite'),
    watermarkPath: join(dir, 'box.watermark'),
    logPaths: [join(dir, 'box.commits-a'), join(dir, 'box.commits-b')],
    uploadsDir: dir,
    trashDir: join(dir, 'trash'),
    quarantineDir: join(dir, 'quarantine'),
    durability: 'process',
    journalMode: 'wal',
    keptSnapshots: 3,
    bootId: 'boot',
    programVersion: '1.2.3',
  }
}

/** For tests: records that are easy to tell apart and to foretell. */
export function stateAt(position: number, changes: Partial<SessionState> = {}): SessionState {
  return {
    name: 'app/name',
    appId: 'app',
    persistentId: 'persistent',
    isAppUnknown: false,
    pageUrl: 'http://page/',
    timeline: 'timeline-1',
    tove: 'tove',
    time: timeAt(position),
    position,
    tick: 33.33,
    delay: 0,
    scale: 0.5,
    flags: { rawtime: true },
    completedTallies: { remembered: [['topic@1', 1]], forgottenTime: 0.5 },
    persistedPath: undefined,
    ...changes,
  }
}

function messageAt(position: number): string {
  return `[${position},${position},"a],[\\"b,${position}",{"what":["é",{}]}]`
}

export function runAt(first: number, count: number): MessageRun {
  const texts = Array.from({ length: count }, (_, index) => messageAt(first + index))
  return { first, count, text: texts.join(',') }
}

/** Messages to commit; their time is that of the state after them. */
export function newMessages(first: number, count: number): NewMessages {
  return { ...runAt(first, count), time: timeAt(first + count - 1) }
}

export function snapshotAt(position: number): SnapshotRecord {
  return {
    path: `snapshot-${position}`,
    hash: `hash-${position}`,
    time: position * 10,
    seq: position,
    position,
  }
}

/** These join, and get the numbers from `first`. */
export function joining(users: readonly Json[], first = 1, leaveDelay = 1250): PresenceChange {
  const joined = users.map((user, index) => [first + index, JSON.stringify(user)] as const)
  return { left: [], joined, leaveDelay }
}

/** A session's messages as one run; none if they do not follow one another. */
export function messagesOf(session: StoredSession | undefined): MessageRun | undefined {
  const runs = session?.messages ?? []
  const isWhole = runs.every((run, index) => {
    const before = runs[index - 1]
    return !before || run.first === before.first + before.count
  })
  if (!runs[0] || !isWhole) return undefined
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  return { first: runs[0].first, count, text: runs.map((run) => run.text).join(',') }
}

function timeAt(position: number): number {
  return position * 10.5
}
