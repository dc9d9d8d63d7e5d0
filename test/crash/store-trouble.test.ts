import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { APP_DIR } from '../e2e/visitors.ts'
import { RawClient, randomSessionId } from '../support/raw-client.ts'
import { Cleanup } from './cleanup.ts'
import { Crowd } from './crowd.ts'
import { type Fault, failWrites, holdDatabase, SmallDisk, whyNoTracing } from './faults.ts'
import { PagePair } from './page-pair.ts'
import { poll } from './poll.ts'
import { newSeed, Random } from './random.ts'
import { Supervisor } from './supervisor.ts'
import { filesBelow, indexedFiles, SlowUpload } from './uploads.ts'

const SEND_EVERY_MS = 50
const DISK_MB = 192
/** Members are told, and the box is not ready any more, within this (ms). */
const TOLD_TIMEOUT_MS = 12_000
/** What waited is out within this when the trouble is over (ms). */
const OVER_TIMEOUT_MS = 20_000
/** How long the database is held by another program (ms): longer than the box's own patience with it. */
const HELD_MS = 8000
/** More than the box and all socket buffers take while nothing can be stored; less than a backlog may be (LIVE4). */
const FLOOD = { messages: 140, bytes: 100_000 }
const FLOOD_BYTES = FLOOD.messages * FLOOD.bytes
/** The box has read of it what it is going to read (ms). */
const FLOOD_TIME_MS = 1000
/** If it reads all of it, it grows by more. */
const MEMORY_GROWTH_KB = FLOOD_BYTES / 1024

const cleanup = new Cleanup()

afterEach(() => cleanup.run())

test('[STORE1] a full disk holds everything up, and loses nothing', async ({ skip }) => {
  const disk = await mountSmallDisk()
  if (typeof disk === 'string') return skip(disk)
  const scene = await open(disk.dir)
  const upload = await SlowUpload.begin(scene.supervisor, 4_000_000)
  await standsStill(scene, /full/, async () => {
    await disk.fill()
    expect(await upload.finish()).toBe(507)
    // The upload gave back what it had taken.
    return disk.fill()
  })
  expect(filesBelow(disk.dir, 'uploads')).toEqual([])
  expect(filesBelow(disk.dir, 'incoming')).toEqual([])
  expect(indexedFiles(disk.dir)).toEqual([])
})

test('[STORE1] so does a database that another program holds', async () => {
  const scene = await open()
  await standsStill(scene, /another program|does not answer/, async () => {
    const fault = await holdDatabase(scene.supervisor.filesDir)
    const isLongEnough = delay(HELD_MS)
    return { end: () => isLongEnough.then(() => fault.end()) }
  })
})

test('[STORE1] so does a disk that cannot be written to', async ({ skip }) => {
  const scene = await open()
  const { pid, filesDir } = scene.supervisor
  const obstacle = await whyNoTracing(pid)
  if (obstacle) return skip(`no writes can be made to fail here: ${obstacle}`)
  await standsStill(scene, /disk/, () => failWrites(pid, filesDir))
})

interface Scene {
  readonly supervisor: Supervisor
  readonly crowd: Crowd
  readonly pair: PagePair
}

async function open(filesDir?: string): Promise<Scene> {
  const supervisor = await Supervisor.start({ BOX_WEB_DIR: APP_DIR }, filesDir)
  cleanup.add(() => supervisor.close())
  const { reflectorUrl } = supervisor
  const random = new Random(newSeed())
  const crowd = new Crowd({
    reflectorUrl,
    random,
    sessions: 2,
    clientsPerSession: 2,
    everyMs: SEND_EVERY_MS,
  })
  cleanup.add(() => crowd.stop())
  await crowd.start()
  const pair = await PagePair.join(supervisor.url, SEND_EVERY_MS)
  cleanup.add(() => pair.close())
  return { supervisor, crowd, pair }
}

/** A disk, or why there is none. */
async function mountSmallDisk(): Promise<SmallDisk | string> {
  try {
    const disk = await SmallDisk.mount(DISK_MB)
    cleanup.add(() => disk.unmount())
    return disk
  } catch (error) {
    return `no disk can be mounted here to be filled: ${(error as Error).message}`
  }
}

/** All that is promised while the box cannot store anything, and after that. */
async function standsStill(
  { supervisor, crowd, pair }: Scene,
  reason: RegExp,
  begin: () => Promise<Fault>,
): Promise<void> {
  const { pid, reflectorUrl } = supervisor
  const flooder = new RawClient(reflectorUrl, randomSessionId())
  cleanup.add(async () => flooder.terminate())
  await flooder.opened()
  await flooder.join()
  const memoryBefore = await memoryOf(pid)

  const fault = await begin()
  cleanup.add(() => fault.end())
  await poll(
    'the box is not ready',
    TOLD_TIMEOUT_MS,
    async () => !(await readiness(supervisor)).ready,
  )
  expect((await readiness(supervisor)).missing.join()).toMatch(reason)
  const newcomer = new RawClient(reflectorUrl, randomSessionId())
  await expect(newcomer.opened()).rejects.toThrow('503')
  await poll('all are told', TOLD_TIMEOUT_MS, () =>
    crowd.clients.every(({ infos }) => infos.length > 0),
  )
  for (const { infos } of crowd.clients) {
    expect(infos).toMatchObject([{ code: 'STORE_FAILING', options: { level: 'warning' } }])
  }
  const seenBefore = crowd.ledgers.map(({ position }) => position)
  flood(flooder)
  await delay(FLOOD_TIME_MS)
  expect(crowd.ledgers.map(({ position }) => position)).toEqual(seenBefore)
  expect(flooder.backlog).toBeGreaterThan(FLOOD_BYTES / 2)
  expect((await memoryOf(pid)) - memoryBefore).toBeLessThan(MEMORY_GROWTH_KB)

  await fault.end()
  await poll('the box is ready', OVER_TIMEOUT_MS, async () => (await readiness(supervisor)).ready)
  await poll('all are told that it is over', OVER_TIMEOUT_MS, () =>
    crowd.clients.every(({ infos }) => infos.at(-1)?.code === 'STORE_WORKS'),
  )
  await expectFlood(flooder)
  await expectNothingLost(crowd)
  await expectPagesWaited(pair, supervisor)
  expect(supervisor.pid).toBe(pid)
  await supervisor.restart('SIGKILL')
  await supervisor.ready()
  await crowd.everybodyIn()
  await crowd.check()
  expect(crowd.violations).toEqual([])
}

function flood(flooder: RawClient): void {
  const text = 'x'.repeat(FLOOD.bytes)
  for (let n = 0; n < FLOOD.messages; n += 1) flooder.send('SEND', [0, 0, `${n} ${text}`])
}

/** Everything of it came, in order and once. */
async function expectFlood(flooder: RawClient): Promise<void> {
  const last = FLOOD.messages - 1
  await flooder.next('RECV', (args) => String(args[2]).startsWith(`${last} x`), OVER_TIMEOUT_MS)
  const numbers = flooder
    .argsOf('RECV')
    .map((args) => String(args[2]))
    .filter((payload) => payload.endsWith('x'))
    .map((payload) => Number.parseInt(payload, 10))
  expect(numbers).toEqual(Array.from({ length: FLOOD.messages }, (_, index) => index))
}

/** Nobody had to reconnect, and everything that was sent is in the history. */
async function expectNothingLost(crowd: Crowd): Promise<void> {
  expect(crowd.outages).toEqual([])
  crowd.pause()
  const senders = crowd.clients.flatMap((client) => client.senders)
  await poll('all that was sent is reflected', OVER_TIMEOUT_MS, () =>
    crowd.ledgers.every((ledger) => ledger.hasAllOf(senders)),
  )
  await crowd.check()
  expect(crowd.violations).toEqual([])
}

/** Both are where they were, as they were, and in the same state. */
async function expectPagesWaited(pair: PagePair, { reflectorUrl }: Supervisor): Promise<void> {
  expect(await pair.outages()).toEqual([])
  expect(await pair.viewsMade()).toEqual([1, 1])
  await pair.check(reflectorUrl)
  expect(await pair.violations()).toEqual([])
  const [first, second] = await pair.models()
  expect(first).toBe(second)
}

async function readiness({ url }: Supervisor): Promise<{ ready: boolean; missing: string[] }> {
  const answer = await fetch(`${url}/readyz`, {
    signal: AbortSignal.timeout(TOLD_TIMEOUT_MS),
  })
  const body = (await answer.json()) as { ready: boolean; missing: string[] }
  expect(answer.status).toBe(body.ready ? 200 : 503)
  return body
}

/** Resident memory of a process, KB. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
}
