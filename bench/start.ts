import { setTimeout as delay } from 'node:timers/promises'
import { BenchBox } from './box.ts'
import { type Crowd, timeCrowd } from './crowd.ts'
import { freePort } from './free-port.ts'
import { describeMachine, expectDisk } from './machine.ts'
import { number, table } from './markdown.ts'
import type { Bench, BenchOptions, Report } from './options.ts'
import { Progress } from './progress.ts'
import { join, joinFrame, openEventually, parseSync } from './session-client.ts'
import { median } from './statistics.ts'
import { type StoredSessions, storedFolder, storedSessionId } from './stored-sessions.ts'

const SESSIONS = [10, 1000, 100_000]
const MESSAGES = 50
const LONG: StoredSessions = { sessions: 1, messages: 50_000 }
/** Sessions that are restored at once. */
const CROWD: StoredSessions = { sessions: 1000, messages: MESSAGES }
const ROUNDS = 5
/** Between two attempts to reach a box that is starting. */
const RETRY_MS = 3
const TICK_MS = 1000
/** A box that has started is left alone for a while before anything else is timed. */
const SETTLE_MS = 500

/** What one start came to (ms since the process was started). */
interface Start {
  readonly syncMs: number
  readonly healthMs: number
}

/** What one join came to (ms since JOIN was sent). */
interface Join {
  readonly restoreMs: number
  /** of a second client, when the session is in memory */
  readonly againMs: number
  readonly bytes: number
}

export const start: Bench = {
  about:
    'time from process start to the first SYNC, by sessions on disk; restoring a long session, and many at once',
  run: measure,
}

async function measure(options: BenchOptions): Promise<Report> {
  expectDisk(options.dir)
  const machine = describeMachine(options.dir)
  const { rounds = ROUNDS, sessions = SESSIONS } = options
  const folders = new Map(
    sessions.map((count) => [
      count,
      storedFolder(options.dir, { sessions: count, messages: MESSAGES }),
    ]),
  )
  const long = storedFolder(options.dir, LONG)
  const many = storedFolder(options.dir, CROWD)
  const progress = new Progress(rounds * (folders.size + 2))
  const starts = new Map<number, Start[]>(sessions.map((count) => [count, []]))
  const joins: Join[] = []
  const crowds: Crowd[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const [count, folder] of folders) {
      progress.step(`round ${round}: start with ${count} sessions`)
      const result = await timeStart(folder, storedSessionId(round % count))
      starts.get(count)?.push(result)
    }
    progress.step(`round ${round}: restore ${LONG.messages} messages`)
    joins.push(await inBox(long, (port) => joinTwice(port, storedSessionId(0))))
    progress.step(`round ${round}: restore ${CROWD.sessions} sessions`)
    crowds.push(await inBox(many, (port) => joinAll(port)))
  }
  const text = report({ starts, joins, crowds }, `${machine}. ${rounds} rounds, interleaved.`)
  return { text, data: { machine, starts: [...starts], joins, crowds } }
}

async function timeStart(folder: string, sessionId: string): Promise<Start> {
  const box = new BenchBox(await freePort(), folder)
  try {
    const work = Promise.all([timeSync(box, sessionId), timeHealth(box)])
    const [syncMs, healthMs] = await box.during(work)
    return { syncMs, healthMs }
  } finally {
    await box.stop()
  }
}

async function timeSync({ port, startedAt }: BenchBox, sessionId: string): Promise<number> {
  const client = await openEventually(port, sessionId, () => delay(RETRY_MS))
  const sync = parseSync(await join(client, joinFrame(sessionId, 'first', TICK_MS)))
  const ms = performance.now() - startedAt
  if (sync.messages.length < MESSAGES) throw new Error('SYNC lacks messages that are stored')
  client.socket.destroy()
  return ms
}

async function timeHealth({ port, startedAt }: BenchBox): Promise<number> {
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/healthz`)
      if (response.ok) return performance.now() - startedAt
      throw new Error(`/healthz answers ${response.status}`)
    } catch (error) {
      // Nobody listens yet: fetch gives no other reason a type of its own.
      if (!(error instanceof TypeError)) throw error
      await delay(RETRY_MS)
    }
  }
}

/** Measures something of a box that has this folder. */
async function inBox<T>(folder: string, time: (port: number) => Promise<T>): Promise<T> {
  const box = new BenchBox(await freePort(), folder)
  try {
    return await box.during(time(box.port))
  } finally {
    await box.stop()
  }
}

async function joinAll(port: number): Promise<Crowd> {
  const waiting = await openEventually(port, storedSessionId(0), () => delay(RETRY_MS))
  waiting.socket.destroy()
  await delay(SETTLE_MS)
  return await timeCrowd(port, CROWD.sessions, CROWD.messages)
}

async function joinTwice(port: number, sessionId: string): Promise<Join> {
  const open = () => openEventually(port, sessionId, () => delay(RETRY_MS))
  const clients = [await open(), await open()] as const
  await delay(SETTLE_MS)
  const [first, second] = [await timed(clients[0], sessionId), await timed(clients[1], sessionId)]
  if (parseSync(first.text).messages.length < LONG.messages) {
    throw new Error('SYNC lacks messages that are stored')
  }
  for (const { socket } of clients) socket.destroy()
  return { restoreMs: first.ms, againMs: second.ms, bytes: first.text.length }
}

async function timed(client: Awaited<ReturnType<typeof openEventually>>, sessionId: string) {
  const begin = performance.now()
  const text = await join(client, joinFrame(sessionId, 'joiner', TICK_MS))
  return { ms: performance.now() - begin, text }
}

interface Results {
  readonly starts: ReadonlyMap<number, readonly Start[]>
  readonly joins: readonly Join[]
  readonly crowds: readonly Crowd[]
}

function report({ starts, joins, crowds }: Results, conditions: string): string {
  const rows = Array.from(starts, ([count, results]) => [
    number(count),
    range(results.map(({ healthMs }) => healthMs)),
    range(results.map(({ syncMs }) => syncMs)),
  ])
  const bytes = joins[0]?.bytes ?? Number.NaN
  return [
    conditions,
    'From the start of the process, ms: median (least to most).',
    table(['sessions on disk', '`/healthz`', 'first SYNC'], rows),
    `A session of ${number(LONG.messages)} messages since its snapshot, SYNC of ${number(bytes / 1e6, 1)} MB, from JOIN to the end of SYNC, ms:`,
    table(
      ['', 'median (least to most)'],
      [
        ['restored from disk', range(joins.map(({ restoreMs }) => restoreMs))],
        ['for the next to join', range(joins.map(({ againMs }) => againMs))],
      ],
    ),
    `${number(CROWD.sessions)} sessions of ${CROWD.messages} messages, each with somebody who joins, all at once, ms:`,
    table(
      ['', 'median (least to most)'],
      [
        ['until all are in', range(crowds.map(({ allInMs }) => allInMs))],
        [
          'latest tick of another',
          range(
            crowds.map(({ latestTickMs }) => latestTickMs),
            1,
          ),
        ],
        [
          'the same before',
          range(
            crowds.map(({ latestBeforeMs }) => latestBeforeMs),
            1,
          ),
        ],
      ],
    ),
  ].join('\n\n')
}

function range(values: readonly number[], digits = 0): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)]
  return `${number(middle, digits)} (${number(least, digits)} to ${number(most, digits)})`
}
