import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetPeaks, usageOf } from '../../bench/process-usage.ts'
import { BoxProcess } from '../support/box-process.ts'
import { Abuser } from './abuser.ts'
import type { AbuserName } from './abusers.ts'
import { CalmSessions, quantile, type Seen } from './calm-sessions.ts'

// ABUSE=full: as much as the box has to bear, for longer, with its default settings: two minutes.
const IS_FULL = process.env.ABUSE === 'full'
const WATCH_MS = IS_FULL ? 10_000 : 2000
const AMOUNTS = {
  idleCrowd: IS_FULL ? 5000 : 1000,
  flood: 50_000,
  slowReaders: IS_FULL ? 200 : 20,
} satisfies Record<AbuserName, number>
/** Settings that show in seconds, with less, what the default ones do. */
const SETTINGS = IS_FULL
  ? {}
  : { BOX_MAX_UNJOINED: '200', BOX_MAX_BACKLOG_SECONDS: '3', BOX_MAX_BACKLOG_MB: '8' }
/** What the box may need beside what it needs when idle (bytes). */
const MOST_MEMORY = 500_000_000
/** By then all that read nothing are closed (ms). */
const GONE_MS = IS_FULL ? 60_000 : 15_000

let calm: CalmSessions
let filesDir: string
let box: BoxProcess
let url: string
let abuser: Abuser | undefined

beforeEach(async () => {
  filesDir = await mkdtemp(join(tmpdir(), 'abuse-'))
  const own = { BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: filesDir }
  box = new BoxProcess({ ...own, ...SETTINGS })
  url = await box.url()
  calm = new CalmSessions()
  await calm.join(`${url.replace('http', 'ws')}/reflector`)
})

afterEach(async () => {
  await abuser?.stop()
  abuser = undefined
  await calm.leave()
  box.kill('SIGKILL')
  await box.exit
  await rm(filesDir, { recursive: true })
})

test('[LIMIT4] connections that never join', { timeout: 120_000 }, async () => {
  await endure('idleCrowd')
  const most = Number(SETTINGS.BOX_MAX_UNJOINED ?? 2000)
  expect((await abuser?.report())?.closed).toBeGreaterThanOrEqual(AMOUNTS.idleCrowd - most)
  const breaches = await metric('box_limit_breaches_total{limit="unjoined"}')
  // LIMIT11 lets them in so slowly that the first are gone (LIVE1) before the default limit is met.
  if (IS_FULL) expect(breaches).toBe(0)
  else expect(breaches).toBeGreaterThan(0)
  expect(logged('"event":"limit"').length).toBeLessThan(100)
})

test('[LIMIT1] one client that sends 50,000 messages a second', { timeout: 120_000 }, async () => {
  const before = await metric('reflector_messages')
  const began = performance.now()
  await endure('flood')
  const seconds = (performance.now() - began) / 1000
  const reflected = (await metric('reflector_messages')) - before
  // 500 a second, 2,000 at once, what was in one read, and what the calm sessions say.
  expect(reflected).toBeLessThan(seconds * 600 + 5000)
  expect(await metric('box_limit_breaches_total{limit="messages-per-second"}')).toBeGreaterThan(0)
  expect(logged('"limit":"messages-per-second"')).toHaveLength(1)
})

test('[LIMIT8] [LIVE4] clients that read nothing', { timeout: 120_000 }, async () => {
  await endure('slowReaders')
  const closed = () => metric('box_limit_breaches_total{limit="backlog"}')
  await expect.poll(closed, { timeout: GONE_MS }).toBe(AMOUNTS.slowReaders)
})

/** Lets the calm sessions go on without and with an abuse, and prints what they notice. */
async function endure(name: AbuserName): Promise<void> {
  await calm.watch(WATCH_MS / 3)
  forgetPeaks([box.pid])
  const idle = { seen: await calm.watch(WATCH_MS), bytes: usageOf([box.pid]).peakBytes }
  const { port } = new URL(url)
  const starting = Abuser.start(name, Number(port), AMOUNTS[name])
  const seen = calm.watch(WATCH_MS)
  abuser = await starting
  const abused = [await seen, await calm.watch(WATCH_MS)] as const
  const { peakBytes } = usageOf([box.pid])
  print(name, idle.seen, abused, peakBytes - idle.bytes, await abuser.report())
  expect(peakBytes - idle.bytes).toBeLessThan(MOST_MEMORY)
}

function print(
  name: string,
  idle: Seen,
  abused: readonly [Seen, Seen],
  bytes: number,
  report: object,
): void {
  const show = ({ latencies, jitters }: Seen) =>
    [latencies, jitters]
      .map((values) =>
        [0.5, 0.99, 1].map((share) => quantile(values, share).toFixed(1)).join(' / '),
      )
      .join(', ')
  const lines = [
    `${name}: ms of a message, ms that ticks are off; p50 / p99 / most of each`,
    `  idle           ${show(idle)}`,
    `  as it begins   ${show(abused[0])}`,
    `  as it goes on  ${show(abused[1])}`,
    `  ${(bytes / 1e6).toFixed(0)} MB more memory; ${JSON.stringify(report)}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** A metric's value; 0 if it is not there. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

function logged(text: string): string[] {
  return box.stderr.split('\n').filter((line) => line.includes(text))
}
