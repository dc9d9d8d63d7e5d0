import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { RawClients } from '../support/raw-client.ts'
import type { JoinOptions } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** Decrypting what so many say takes half a minute for each: LONG_VIEW_DATA=full tries both. */
const CLIENTS =
  process.env.LONG_VIEW_DATA === 'full'
    ? (['croquet', 'multisynq'] as const)
    : (['multisynq'] as const)
/** What all who join say of themselves (characters of JSON). */
const VIEW_DATA = 90_000
const CROWD = 30
/** A client in a browser decrypts what all others say, which takes time. */
const BROWSERS = 3
/** How long those who survive the end of a box have to come back (ms). */
const REJOIN_MS = 10_000
const PATIENT = { timeout: 45_000, interval: 500 }
const WHOLE_TEST_MS = 120_000

const others = new RawClients()
let filesDir: string
let box: BoxProcess
let boxUrl: string
let visitors: Visitors

beforeAll(async () => {
  filesDir = await mkdtemp(joinPath(tmpdir(), 'box-'))
  box = startBox('0')
  boxUrl = await box.url()
  visitors = await Visitors.launch()
})

afterEach(async () => {
  await others.closeAll()
  await visitors.leave()
})

afterAll(async () => {
  await visitors?.close()
  await kill()
  await rm(filesDir, { recursive: true })
})

test.each(CLIENTS)(
  `[USERS1] [USERS9] %s: ${CROWD} users who join at once see each other, with long viewData`,
  async (client) => {
    const session = newSession({ client })
    const [first, ...rest] = await openPages(BROWSERS)
    const said = await join(first, session)
    const { sessionId } = await first.state()
    const raw = Array.from({ length: CROWD - BROWSERS }, (_, index) => `raw${index}`)
    const hash = Object.values(said)[0] ?? ''
    const joining = raw.map((id) => joinRaw(sessionId, { ...sentUser(first), id }))
    const joined = Promise.all(rest.map((page) => join(page, session)))
    const [pages] = await Promise.all([joined, ...joining])
    for (const page of pages) Object.assign(said, page)
    for (const id of raw) said[id] = hash
    for (const page of [first, ...rest]) {
      await expectSeen(page, said)
      expect(page.errors).toEqual([])
    }
  },
  WHOLE_TEST_MS,
)

test.each(CLIENTS)(
  '[USERS10] %s: nobody with long viewData is seen to leave when the box is killed and started',
  async (client) => {
    const session = newSession({ client, rejoinLimit: REJOIN_MS })
    const pages = await openPages(BROWSERS)
    const said: Said = {}
    for (const page of pages) Object.assign(said, await join(page, session))
    for (const page of pages) await expectSeen(page, said)
    await kill()
    box = startBox(new URL(boxUrl).port)
    await box.url()
    for (const page of pages) await expect.poll(() => page.syncs.length, PATIENT).toBe(2)
    const [first] = pages
    const { teatime } = await first.state()
    await expect
      .poll(async () => (await first.state()).teatime, PATIENT)
      .toBeGreaterThan(teatime + REJOIN_MS + 2000)
    await first.publish('mark', 'end')
    const end = await first.marked('end')
    for (const page of pages) {
      expect(await page.marked('end')).toBe(end)
      await page.shows({ viewsMade: 1 })
      await expectSeen(page, said)
    }
  },
  WHOLE_TEST_MS,
)

function startBox(port: string): BoxProcess {
  return new BoxProcess({
    BOX_HOST: '127.0.0.1',
    BOX_PORT: port,
    BOX_FILES_DIR: filesDir,
    BOX_WEB_DIR: APP_DIR,
  })
}

/** Ends the box at once, without a chance to do anything more. */
async function kill(): Promise<void> {
  box.kill('SIGKILL')
  expect(await box.exit).toBe('SIGKILL')
}

/** View ID to what it says of itself, as a hash. */
type Said = Record<string, string>

async function openPages(count: number): Promise<readonly [AppPage, ...AppPage[]]> {
  const first = new AppPage(await visitors.open(boxUrl))
  const rest = Array.from({ length: count - 1 }, () => visitors.open(boxUrl))
  return [first, ...(await Promise.all(rest)).map((page) => new AppPage(page))]
}

async function join(page: AppPage, session: JoinOptions): Promise<Said> {
  const viewData = randomBytes(VIEW_DATA / 2).toString('hex')
  await page.join({ ...session, more: { viewData } })
  const hash = createHash('sha256').update(JSON.stringify(viewData)).digest('base64url')
  return { [(await page.state()).viewId]: hash }
}

/** What that client said of itself, encrypted as it was sent. */
function sentUser(page: AppPage): object {
  const text = page.sentFrames.find((frame) => frame.includes('"action":"JOIN"')) ?? '{}'
  return (JSON.parse(text) as { readonly args: { readonly user: object } }).args.user
}

async function joinRaw(sessionId: string, user: object): Promise<void> {
  const client = await others.connect(`${boxUrl.replace(/^http/, 'ws')}/reflector`, sessionId)
  await client.join({ user })
}

/** Each is seen to join once, with what it says of itself, and none to leave. */
async function expectSeen(page: AppPage, said: Said): Promise<void> {
  await expect.poll(async () => (await page.seenTexts()).viewData, PATIENT).toEqual(said)
  const visits = Object.keys(said).map((id) => ['join', id])
  expect((await page.state()).visits.toSorted()).toEqual(visits.toSorted())
}
