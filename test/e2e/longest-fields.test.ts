import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FIELD_LIMITS } from '../../src/protocol/field-limits.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { type ClientName, eventually, type JoinOptions } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { SentSizes } from './sent-sizes.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const OLD_CLIENT = fileURLToPath(import.meta.resolve('croquet-1.1.0/pub/croquet.min.js'))
/** What an app may give all who join to say of themselves (characters of JSON). */
const VIEW_DATA = 90_000
/** The clients' own limits. */
const LONGEST = {
  name: 128,
  heraldUrl: 256,
  viewIdSuffix: 16,
  payload: 16_384,
  rejoinLimit: 60_000,
}
/** What a client puts around a text before it looks how long that is, at most. */
const AROUND = 64
const PAGE_URL = 4000
const BULK_BYTES = 3_000_000
const MOST_EVENTS = 60
/** Clients ignore a request for a snapshot in a session younger than this (ms of teatime). */
const FIRST_SNAPSHOT_AFTER_MS = 5000
/** A limit is so many times as long as the longest that clients were seen to send, at least. */
const HEADROOM = 2
/** A tally is over by then (ms). */
const VOTE_MS = 1500
const WHOLE_TEST_MS = 120_000

const sizes = new SentSizes()
let webDir: string
let box: TestBox
let visitors: Visitors
const pages: AppPage[] = []

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await cp(APP_DIR, webDir, { recursive: true })
  await cp(OLD_CLIENT, join(webDir, 'croquet-1.1.0.js'))
  box = await startBox({ BOX_WEB_DIR: webDir })
  visitors = await Visitors.launch()
})

afterEach(async () => {
  for (const page of pages.splice(0)) sizes.add(page.sentFrames)
  await visitors.leave()
})

afterAll(async () => {
  await visitors?.close()
  await box?.stop()
  await rm(webDir, { recursive: true })
})

describe.each([
  { client: 'croquet', tps: '10x3' },
  { client: 'multisynq', tps: '20x2' },
  { client: 'croquet-1.1.0', tps: '1x60' },
] as const)('$client', ({ client, tps }) => {
  test(
    '[LIMIT12] the longest that an app can have a client send comes to all, whole',
    async () => {
      const [ada, bob] = await joinLong(client, tps)
      await bob.publishOften('add', 1, 2 * MOST_EVENTS, MOST_EVENTS)
      for (const page of [ada, bob]) await page.shows({ count: 2 * MOST_EVENTS })
      await sendLongTexts(ada, bob)
      await ada.share(BULK_BYTES)
      await ada.publish('mark', 'shared')
      await bob.marked('shared')
      expect(await bob.hasShared(BULK_BYTES)).toBe(true)
      await ada.publish('reflect', someText(LONGEST.payload - AROUND))
      for (const page of [ada, bob]) await page.shows({ agreements: 1, divergences: 0 })
      await ada.publish('save')
      await eventually(() => sent(ada, bob, 'SAVE').length).toBe(1)
      await ada.publish('mark', 'end')
      expect(await ada.marked('end')).toBe(await bob.marked('end'))
      expect([...ada.errors, ...bob.errors]).toEqual([])
      await diverge(ada, bob)
      for (const page of [ada, bob]) await page.shows({ viewsMade: 1 })
    },
    WHOLE_TEST_MS,
  )
})

test('[LIMIT12] limits are well above the longest that clients send', () => {
  tell(sizes.table)
  expect(sizes.unknown).toEqual([])
  const tight = [...sizes.fields].filter(([name, size]) => {
    const { longest, beyond } = FIELD_LIMITS[name]
    return beyond === 'refused' && size * HEADROOM > longest
  })
  expect(tight).toEqual([])
})

/** Two join, and each hears what the other says of itself. */
async function joinLong(client: ClientName, tps: string): Promise<readonly [AppPage, AppPage]> {
  const session = longSession(client, tps)
  const [ada, bob] = [await open(), await open()]
  const said: Record<string, string> = {}
  for (const page of [ada, bob]) {
    const viewData = someText(VIEW_DATA)
    await page.join({ ...session, more: { ...session.more, viewData } })
    said[(await page.state()).viewId] = sha256(JSON.stringify(viewData))
  }
  const visits = Object.keys(said).map((id) => ['join', id])
  const viewData = client === 'croquet-1.1.0' ? {} : said
  for (const page of [ada, bob]) {
    await page.shows({ isSynced: true, visits })
    expect((await page.seenTexts()).viewData).toEqual(viewData)
  }
  return [ada, bob]
}

/** Texts that a client just lets through, and that are long when they are encrypted or quoted. */
async function sendLongTexts(ada: AppPage, bob: AppPage): Promise<void> {
  const room = LONGEST.payload - AROUND
  const texts = [someText(room), '漢'.repeat(room), '"'.repeat(room / 2)]
  for (const text of texts) {
    // The last two come as one message: a client adds to what waits until that is 4096 long.
    const waiting = someText(4000)
    await ada.publishTogether([
      ['pad', ''],
      ['pad', waiting],
      ['keep', text],
    ])
  }
  const kept = texts.map(sha256)
  for (const page of [ada, bob]) {
    await eventually(async () => (await page.seenTexts()).kept).toEqual(kept)
  }
}

/** Both find out that their models are not the same, and both upload theirs. */
async function diverge(ada: AppPage, bob: AppPage): Promise<void> {
  await bob.spoil()
  // A page that is slow votes too late, and then there is nothing to find out.
  await eventually(async () => {
    await ada.publish('reflect', someText(LONGEST.payload - AROUND))
    await delay(VOTE_MS)
    return Math.min((await ada.state()).divergences, (await bob.state()).divergences)
  }).toBeGreaterThan(0)
  await eventually(async () => (await ada.state()).teatime).toBeGreaterThan(FIRST_SNAPSHOT_AFTER_MS)
  await ada.snapshot()
  await eventually(() => sent(ada, bob, 'SNAP').length).toBe(2)
  expect(sent(ada, bob, 'SNAP').join()).toContain('"dissident":{')
}

function sent(ada: AppPage, bob: AppPage, action: string): readonly string[] {
  return [...ada.sentFrames, ...bob.sentFrames].filter((text) => text.includes(`"${action}"`))
}

/** A person who has the test app open, by an address that is as long as they get. */
async function open(): Promise<AppPage> {
  const address = `${box.url}/?q=${'x'.repeat(PAGE_URL - box.url.length - 20)}#fragment`
  const page = new AppPage(await visitors.open(address))
  pages.push(page)
  return page
}

/** All options that a client sends or that make it send more. */
function longSession(client: ClientName, tps: string): JoinOptions {
  const where = {
    reflector: `${box.url.replace(/^http/, 'ws')}/reflector`,
    ...{ files: `${box.url}/files`, apiKey: 'none:' },
  }
  return newSession({
    client,
    name: someText(LONGEST.name),
    rejoinLimit: LONGEST.rejoinLimit,
    more: {
      ...(client === 'croquet-1.1.0' ? where : {}),
      ...{ tps, appId: `io.test.${'x'.repeat(120)}`, eventRateLimit: MOST_EVENTS },
      ...{ autoSleep: 60, location: true, flags: ['rawtime', 'microverse'] },
      viewIdDebugSuffix: '漢'.repeat(LONGEST.viewIdSuffix),
      heraldUrl: 'https://herald.example/'.padEnd(LONGEST.heraldUrl, 'x'),
    },
  })
}

function someText(length: number): string {
  return randomBytes(length / 2).toString('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function tell(table: string): void {
  // biome-ignore lint/suspicious/noConsole: vitest shows it
  console.info(table)
}
