import { cp, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { APP_DIR } from '../e2e/visitors.ts'
import { Cleanup } from './cleanup.ts'
import { Crowd } from './crowd.ts'
import { PagePair } from './page-pair.ts'
import { poll } from './poll.ts'
import { newSeed, Random } from './random.ts'
import { Supervisor } from './supervisor.ts'

const DATABASE = 'box.sqlite'
const COMMIT_LOGS = ['box.commits-a', 'box.commits-b']
const WAL = 'box.sqlite-wal'
/** A page of the database and its head in the write-ahead log. */
const FRAME_BYTES = 4096 + 24
/** Of several transactions. */
const FRAMES_NEEDED = 20
const SEND_EVERY_MS = 50
/** Half of it is well over what the commit log has. */
const RECORDED_MS = 6000
const TIMEOUT_MS = 30_000

const cleanup = new Cleanup()
let supervisor: Supervisor
let crowd: Crowd
let pair: PagePair

beforeEach(async () => {
  supervisor = await Supervisor.start({ BOX_WEB_DIR: APP_DIR })
  cleanup.add(() => supervisor.close())
  const { reflectorUrl, url } = supervisor
  const random = new Random(newSeed())
  crowd = new Crowd({
    reflectorUrl,
    random,
    sessions: 2,
    clientsPerSession: 2,
    everyMs: SEND_EVERY_MS,
  })
  cleanup.add(() => crowd.stop())
  await crowd.start()
  pair = await PagePair.join(url, SEND_EVERY_MS)
  cleanup.add(() => pair.close())
})

afterEach(() => cleanup.run())

test('[SYNC10] commits lost with the end of the log make a new timeline, from which all go on', async () => {
  const startedAt = performance.now()
  while (performance.now() - startedAt < RECORDED_MS) await allSeeMore()
  await supervisor.stop('SIGKILL')
  const wal = join(supervisor.filesDir, WAL)
  const { size } = await stat(wal)
  expect(size).toBeGreaterThan(FRAMES_NEEDED * FRAME_BYTES)
  // More than the commit log makes good, which has the last two seconds.
  await truncate(wal, size / 2)
  await goOnAnew()
})

test('[SYNC10] so does a database that is put back to what it was', async () => {
  await allSeeMore()
  await supervisor.stop()
  const database = join(supervisor.filesDir, DATABASE)
  await cp(database, `${database}.old`)
  supervisor.spawn()
  await everybodyIn()
  await allSeeMore()
  await supervisor.stop()
  await rm(join(supervisor.filesDir, WAL), { force: true })
  await rm(join(supervisor.filesDir, `${DATABASE}-shm`), { force: true })
  await cp(`${database}.old`, database)
  await goOnAnew()
})

test('[SYNC10] so does a commit log that is emptied after a kill', async () => {
  await allSeeMore()
  await supervisor.stop('SIGKILL')
  for (const name of COMMIT_LOGS) await truncate(join(supervisor.filesDir, name))
  await goOnAnew()
})

/** Starts the box: everybody has to be in again, in another timeline, and in the same state as the others. */
async function goOnAnew(): Promise<void> {
  const ledgers = [...crowd.ledgers, pair.ledger]
  const viewsBefore = await pair.viewsMade()
  for (const page of pair.pages) page.report()
  for (const ledger of ledgers) ledger.expectNewTimeline()
  supervisor.spawn()
  await everybodyIn()
  await allSeeMore()
  await crowd.check()
  await pair.check(supervisor.reflectorUrl)
  for (const ledger of ledgers) expect(ledger.timelines.size).toBe(2)
  expect([...crowd.violations, ...pair.ledger.violations]).toEqual([])
  expect(await pair.viewsMade()).toEqual(viewsBefore.map((views) => views + 1))
  const [first, second] = await pair.models()
  expect(first).toBe(second)
}

async function everybodyIn(): Promise<void> {
  await supervisor.ready()
  await crowd.everybodyIn()
  await pair.bothIn()
}

/** Resolves when many more messages were reflected everywhere. */
async function allSeeMore(): Promise<void> {
  const positions = crowd.ledgers.map(({ position }) => position)
  const counts = await pair.counts()
  await poll('raw clients see more', TIMEOUT_MS, () =>
    crowd.ledgers.every(({ position }, index) => position > (positions[index] ?? 0) + 40),
  )
  await poll('pages see more', TIMEOUT_MS, async () =>
    (await pair.counts()).every((count, index) => count > (counts[index] ?? 0) + 20),
  )
}
