import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync, statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { forgetPeaks, usageOf } from '../../bench/process-usage.ts'
import { Cleanup } from '../crash/cleanup.ts'
import { SmallDisk } from '../crash/faults.ts'
import { poll } from '../crash/poll.ts'
import { filesBelow } from '../crash/uploads.ts'
import { BoxProcess } from '../support/box-process.ts'
import { RawClient, randomSessionId } from '../support/raw-client.ts'
import { type Answers, largestUploads, slowUploads, type UploadAbuse } from './uploads.ts'

/** `ABUSE=full`: as much as docs/operations.md says that the box bears; takes minutes. */
const IS_FULL = process.env.ABUSE === 'full'
const ABUSE_MS = IS_FULL ? 40_000 : 5000
const LARGEST: UploadAbuse = {
  count: IS_FULL ? 1000 : 200,
  bytes: 100_000_000,
  address: '10.9.9.9',
}
const SLOW: UploadAbuse = { count: 100, bytes: 100_000_000, address: '10.9.9.8' }
const GOOD_BYTES = 2_000_000
const GOOD_EVERY_MS = 100
/** A good upload is done within this, whatever others do (ms). */
const GOOD_LIMIT_MS = 30_000
/** What the box may have more of than before, while uploads are under way: so much, and so much for each. */
const MEMORY_BYTES = 100_000_000
const MEMORY_BYTES_PER_UPLOAD = 500_000
/** So many of each upload, and some of the box's own. */
const FILES_PER_UPLOAD = 2
const OTHER_FILES = 100
const GONE_TIMEOUT_MS = 10_000
const DISK_MB = 256
/** What is on its way to the disk when the limit is met. */
const DISK_SLACK_PERCENT = 4
const LOOK_EVERY_MS = 20

const cleanup = new Cleanup()

afterEach(() => cleanup.run())

interface Scene {
  readonly url: string
  readonly pid: number
  readonly filesDir: string
  readonly box: BoxProcess
}

async function open(env: Record<string, string>, folder?: string): Promise<Scene> {
  const filesDir = folder ?? (await mkdtemp(join(tmpdir(), 'box-abuse-')))
  if (folder === undefined) cleanup.add(() => rm(filesDir, { recursive: true }))
  const box = new BoxProcess({
    BOX_HOST: '127.0.0.1',
    BOX_PORT: '0',
    BOX_FILES_DIR: filesDir,
    ...env,
  })
  cleanup.add(async () => {
    box.kill('SIGTERM')
    await box.exit
  })
  return { url: await box.url(), pid: box.pid, filesDir, box }
}

/** Lets them upload for a while. @returns what they were answered */
async function during(
  work: (signal: AbortSignal) => ReadonlyArray<Promise<Answers>>,
  meanwhile: (signal: AbortSignal) => Promise<void>,
): Promise<readonly Answers[]> {
  const stop = new AbortController()
  const abusers = work(stop.signal)
  try {
    await meanwhile(AbortSignal.timeout(ABUSE_MS))
  } finally {
    stop.abort()
  }
  return Promise.all(abusers)
}

/** One upload after the other, as a page's. @returns how long each took, ms */
async function uploadWell(url: string, signal: AbortSignal): Promise<number[]> {
  const times: number[] = []
  while (!signal.aborted) {
    const session = randomSessionId()
    const startedAt = performance.now()
    const response = await fetch(`${url}/files/snapshots/${session}/0000000001_1-${session}.snap`, {
      method: 'PUT',
      body: randomBytes(GOOD_BYTES),
      signal: AbortSignal.timeout(GOOD_LIMIT_MS),
    })
    expect(await response.text()).toContain('stored')
    times.push(performance.now() - startedAt)
    await delay(GOOD_EVERY_MS)
  }
  return times
}

/** Whoever runs it wants to know, well or not. */
function tell(name: string, figures: object): void {
  // biome-ignore lint/suspicious/noConsole: vitest shows it
  console.info(name, figures)
}

/** But for those that are open only to make room in the table of files. */
function openFiles(pid: number): number {
  const dir = `/proc/${pid}/fd`
  const targets = readdirSync(dir).map((fd) => targetOf(`${dir}/${fd}`))
  return targets.filter((target) => target !== undefined && target !== '/dev/null').length
}

/** Where it leads; undefined: it has just been closed. */
function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

async function breachesOf(url: string): Promise<Record<string, number>> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const lines = metrics.matchAll(/^box_limit_breaches_total\{limit="(.+)"\} (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, limit, count]) => [limit, Number(count)]))
}

function linesAbout(box: BoxProcess, limit: string): string[] {
  return box.stderr.split('\n').filter((line) => line.includes(`"limit":"${limit}"`))
}

describe.skipIf(process.platform !== 'linux')('while others upload all they can', () => {
  test.each([
    ['largest', largestUploads, LARGEST],
    ['slow', slowUploads, SLOW],
  ])(
    '%s uploads keep nobody from uploading, and take little memory and few files',
    async (name, abuser, abuse) => {
      const places = String(abuse.count)
      const scene = await open({
        BOX_UPLOADS_PER_MINUTE: '100000',
        BOX_UPLOAD_MB_PER_MINUTE: IS_FULL ? '10000' : '2000',
        BOX_MAX_ADDRESS_UPLOADS: places,
        BOX_MAX_UPLOADS: String(abuse.count + 10),
      })
      const { url, pid, filesDir, box } = scene
      const before = { ...usageOf([pid]), files: openFiles(pid) }
      forgetPeaks([pid])
      let mostFiles = 0
      let times: number[] = []
      const [answers] = await during(
        (signal) => [abuser(url, signal, abuse)],
        async (signal) => {
          const looks = setInterval(() => {
            mostFiles = Math.max(mostFiles, openFiles(pid))
          }, LOOK_EVERY_MS)
          times = await uploadWell(url, signal).finally(() => clearInterval(looks))
        },
      )
      const memoryBytes = usageOf([pid]).peakBytes - before.residentBytes
      await poll('nothing is left of them', GONE_TIMEOUT_MS, () => {
        return filesBelow(filesDir, 'incoming').length === 0 && openFiles(pid) <= before.files + 20
      })
      const median = times.toSorted((a, b) => a - b)[times.length >> 1]
      tell(name, {
        answers: Object.fromEntries(answers ?? []),
        breaches: await breachesOf(url),
        memoryMB: Math.round(memoryBytes / 1e6),
        mostFiles,
        goodUploads: times.length,
        medianMs: Math.round(median ?? 0),
        worstMs: Math.round(Math.max(...times)),
      })
      expect(times.length).toBeGreaterThan(3)
      expect(memoryBytes).toBeLessThan(MEMORY_BYTES + abuse.count * MEMORY_BYTES_PER_UPLOAD)
      expect(mostFiles).toBeLessThan(before.files + abuse.count * FILES_PER_UPLOAD + OTHER_FILES)
      expect(mostFiles).toBeGreaterThan(before.files + abuse.count)
      expect(box.stderr).not.toMatch(/"level":"(error|fatal)"/)
    },
  )

  test('[LIMIT27] too many of one address are refused, counted, and told of once', async () => {
    const { url, box } = await open({ BOX_MAX_ADDRESS_UPLOADS: '20' })
    const abuse = { ...SLOW, count: 40 }
    const [answers] = await during(
      (signal) => [slowUploads(url, signal, abuse)],
      async (signal) => void (await uploadWell(url, signal)),
    )
    const refused = answers?.get(429) ?? 0
    expect(refused).toBeGreaterThanOrEqual(20)
    // Some did not stay to hear it.
    // In the full run there is time to notice how slow the others are.
    const { 'slow-upload': _, ...breaches } = await breachesOf(url)
    expect(Object.keys(breaches)).toEqual(['address-uploads-at-once'])
    expect(breaches['address-uploads-at-once']).toBeGreaterThanOrEqual(refused)
    expect(linesAbout(box, 'address-uploads-at-once').length).toBeOneOf([1, 2])
    expect(linesAbout(box, 'address-uploads-at-once')[0]).toContain(SLOW.address)
  })

  test('[LIMIT23] a disk stays as full as it may be, and sessions go on', async ({ skip }) => {
    const disk = await mountSmallDisk()
    if (typeof disk === 'string') return skip(disk)
    const { url } = await open({ BOX_MAX_VOLUME_PERCENT: '80' }, disk.dir)
    const client = new RawClient(`${url.replace('http', 'ws')}/reflector`, randomSessionId())
    cleanup.add(() => client.close())
    await client.opened()
    await client.join()
    let mostPercent = 0
    await during(
      (signal) => [largestUploads(url, signal, { ...LARGEST, bytes: 20_000_000, count: 50 })],
      async (signal) => {
        for (let n = 0; !signal.aborted; n += 1) {
          client.send('SEND', [0, 0, `message ${n}`])
          await client.next('RECV', (args) => args[2] === `message ${n}`)
          mostPercent = Math.max(mostPercent, usedPercent(disk.dir))
          await delay(LOOK_EVERY_MS)
        }
      },
    )
    expect(mostPercent).toBeGreaterThan(60)
    expect(mostPercent).toBeLessThan(80 + DISK_SLACK_PERCENT)
    expect((await breachesOf(url))['volume-use']).toBeGreaterThan(0)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(client.argsOf('INFO')).toEqual([])
  })
})

function usedPercent(dir: string): number {
  const { blocks, bfree } = statfsSync(dir)
  return (100 * (blocks - bfree)) / blocks
}

/** A disk, or why there is none. */
async function mountSmallDisk(): Promise<SmallDisk | string> {
  try {
    const disk = await SmallDisk.mount(DISK_MB)
    cleanup.add(() => disk.unmount())
    return disk
  } catch (error) {
    return `no disk can be mounted here: ${(error as Error).message}`
  }
}
