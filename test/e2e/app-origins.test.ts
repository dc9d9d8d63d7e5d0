import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { DoorBed } from '../support/door-bed.ts'
import { findFreePorts } from '../support/nginx.ts'
import { findFreeRange } from '../support/port-range.ts'
import { eventually } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const TRY_MS = 1500
const DATA_BYTES = 100_000
const APPS = ['chess', 'garden'] as const

let visitors: Visitors
let bed: DoorBed

beforeAll(async () => {
  visitors = await Visitors.launch()
})
afterEach(async () => {
  await visitors.leave()
  await bed.stop()
})
afterAll(() => visitors?.close())

/** A box with the test app under two names. */
async function start(env: Record<string, string>): Promise<void> {
  bed = await DoorBed.start(env)
  const api = await AppApi.of(bed.box.adminUrl, bed.filesDir)
  const names = await readdir(APP_DIR)
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(APP_DIR, name))] as const),
  )
  for (const name of APPS) {
    await api.deploy(name, await zipOf({ ...Object.fromEntries(files), 'sw.js': '' }))
  }
}

interface Setup {
  readonly rule: string
  /** where people open the first page */
  readonly main: (port: number) => string
  readonly own: (app: (typeof APPS)[number], port: number) => string
}

let first = 0
const SETUPS: ReadonlyArray<readonly [string, () => Setup]> = [
  [
    'ports',
    () => ({
      rule: `${first}-${first + 1}`,
      main: (port) => `http://127.0.0.1:${port}`,
      own: (app) => `http://127.0.0.1:${first + APPS.indexOf(app)}`,
    }),
  ],
  [
    'names',
    () => ({
      rule: '*.localhost',
      main: (port) => `http://localhost:${port}`,
      own: (app, port) => `http://${app}.localhost:${port}`,
    }),
  ],
]

describe.each(SETUPS)('by %s', (_name, setUp) => {
  let main: string
  let own: (app: (typeof APPS)[number]) => string
  let rule: string

  async function open(env: Record<string, string> = {}): Promise<void> {
    first = await findFreeRange(2)
    const setup = setUp()
    rule = setup.rule
    await start({ BOX_APP_ORIGINS: rule, ...env })
    main = setup.main(bed.box.port)
    own = (app) => setup.own(app, bed.box.port)
  }

  test('[APPS1] an app reads nothing of another app, of the first page or of the dashboard', async () => {
    await open()
    const { page } = await visitors.open(`${own('garden')}/apps/garden/`)
    await page.evaluate(KEEP_SECRET)
    await page.goto(`${own('chess')}/apps/chess/`)
    expect(await page.evaluate(FIND_SECRET)).toEqual({ local: null, databases: [], caches: [] })
    const dashboard = new URL(bed.box.adminUrl).origin
    for (const origin of [own('garden'), main, dashboard]) {
      const tried = await page.evaluate(tryAll(origin))
      expect.soft(tried, origin).toEqual({ read: [], seen: [], pushed: false })
    }
    expect(await page.evaluate(TAKE_SCOPES)).toEqual(['/apps/chess/'])
    await page.goto(`${own('garden')}/apps/garden/`)
    expect(await page.evaluate(FIND_SECRET)).toEqual({
      ...{ local: 'secret', databases: ['secret'], caches: ['secret'] },
    })
  })

  test.each(['croquet', 'multisynq'] as const)(
    '[APPS2] with %s, people who came by the old link are in the same session',
    async (client) => {
      await open()
      const session = newSession({ client })
      const ada = await visitors.join(`${own('chess')}/apps/chess/`, session)
      const watched = await visitors.open(`${main}/apps/chess/?room=1#part`)
      expect(watched.page.url()).toBe(`${own('chess')}/apps/chess/?room=1#part`)
      const bob = new AppPage(watched)
      await bob.join(session)
      await bob.publish('add', 1)
      await Promise.all([ada, bob].map((page) => page.shows({ count: 1 })))
      expect((await ada.state()).sessionId).toBe((await bob.state()).sessionId)
      // All that they ask for is at the origin of the app.
      const asked = [...ada.requests, ...bob.requests].filter((url) => !/^(blob|data):/.test(url))
      const hosts = new Set(asked.map((url) => new URL(url).host))
      expect([...hosts]).toEqual([new URL(own('chess')).host, new URL(main).host])
      expect([...ada.errors, ...bob.errors]).toEqual([])
      const { body } = await bed.ask({ path: '/apps' })
      const { apps } = JSON.parse(body) as { apps: Array<{ name: string; people: number }> }
      expect(apps.find(({ name }) => name === 'chess')?.people).toBe(2)
    },
  )
})

test('without walls an app reads all that another one keeps', async () => {
  await start({})
  const { page } = await visitors.open(`${bed.box.url}/apps/garden/`)
  await page.evaluate(KEEP_SECRET)
  await page.goto(`${bed.box.url}/apps/chess/`)
  const found = { local: 'secret', databases: ['secret'], caches: ['secret'] }
  expect(await page.evaluate(FIND_SECRET)).toEqual(found)
  expect(await page.evaluate(tryAll(bed.box.url))).toMatchObject({
    read: expect.arrayContaining(['/apps/garden/']),
    seen: expect.arrayContaining(['frame /apps/garden/', 'storage /apps/garden/']),
    pushed: true,
  })
})

test('[APPS2] who has an app open when walls are put up stays in one session with those who come then', async () => {
  const [port = 0] = await findFreePorts(1)
  const range = await findFreeRange(2)
  await start({ BOX_PORT: `${port}` })
  const session = newSession({ rejoinLimit: 60_000 })
  const ada = await visitors.join(`${bed.box.url}/apps/chess/`, session)
  await ada.publish('add', 1)
  await ada.shows({ count: 1 })
  bed = await bed.restart({ BOX_PORT: `${port}`, BOX_APP_ORIGINS: `${range}-${range + 1}` })
  const watched = await visitors.open(`${bed.box.url}/apps/chess/`)
  expect(new URL(watched.page.url()).port).toBe(`${range}`)
  const bob = new AppPage(watched)
  await bob.join(session)
  await bob.shows({ count: 1 })
  await bob.publish('add', 2)
  await ada.shows({ count: 3 })
  expect((await ada.state()).persistentId).toBe((await bob.state()).persistentId)
  // What one shares at one origin, others get at theirs.
  await bob.share(DATA_BYTES)
  await eventually(() => ada.hasShared(DATA_BYTES).catch(() => false)).toBe(true)
})

test('[APPS2] a service worker of an app goes away where the app was before', async () => {
  const [port = 0] = await findFreePorts(1)
  const range = await findFreeRange(2)
  await start({ BOX_PORT: `${port}` })
  const { page } = await visitors.open(`${bed.box.url}/apps/chess/`)
  await page.evaluate(
    `navigator.serviceWorker.register('sw.js').then(() => navigator.serviceWorker.ready).then(() => 0)`,
  )
  bed = await bed.restart({ BOX_PORT: `${port}`, BOX_APP_ORIGINS: `${range}-${range + 1}` })
  const left = async () => {
    await page.goto(`${bed.box.url}/apps/chess/`)
    await page.goto(`${bed.box.url}/`)
    return page.evaluate('navigator.serviceWorker.getRegistrations().then((all) => all.length)')
  }
  await eventually(left).toBe(0)
})

/** Leaves something in each place that a browser has for an origin. */
const KEEP_SECRET = `(async () => {
  localStorage.secret = 'secret'
  await (await caches.open('secret')).put('/apps/garden/secret', new Response('secret'))
  await new Promise((resolve, reject) => {
    const asked = indexedDB.open('secret')
    asked.onsuccess = () => resolve(asked.result.close())
    asked.onerror = reject
  })
})()`

const FIND_SECRET = `(async () => ({
  local: localStorage.getItem('secret'),
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(),
}))()`

/** Which folders of its origin an app can have a service worker for. */
const TAKE_SCOPES = `(async () => {
  const taken = []
  for (const scope of ['/', '/apps/', '/apps/garden/', '/files/', '/apps/chess/']) {
    const made = await navigator.serviceWorker.register('/apps/chess/sw.js', { scope }).catch(() => undefined)
    if (made) taken.push(new URL(made.scope).pathname)
  }
  return taken
})()`

/** All that a page can do to get at another origin. */
function tryAll(origin: string): string {
  return `(async () => {
    const origin = '${origin}'
    const paths = ['/', '/apps', '/apps/garden/', '/apps/garden/app.js', '/apps/chess/../garden/', '/admin/', '/api/v1/me', '/trust/about.json']
    const read = []
    for (const path of paths) {
      for (const init of [{}, { credentials: 'include' }, { redirect: 'manual' }]) {
        const answer = await fetch(origin + path, init).catch(() => undefined)
        const text = answer && (await answer.text().catch(() => ''))
        if (text) read.push(path)
      }
    }
    const looks = paths.map((path) => {
      const frame = document.createElement('iframe')
      frame.src = origin + path
      document.body.append(frame)
      return [path, frame, open(origin + path)]
    })
    await new Promise((resolve) => setTimeout(resolve, ${TRY_MS}))
    const textOf = (look) => { try { return look() } catch { return '' } }
    const seen = []
    for (const [path, frame, opened] of looks) {
      if (textOf(() => frame.contentDocument.body.innerHTML)) seen.push('frame ' + path)
      if (textOf(() => frame.contentWindow.localStorage.secret)) seen.push('storage ' + path)
      if (textOf(() => opened.document.body.innerHTML)) seen.push('window ' + path)
      frame.remove()
      textOf(() => opened.close())
    }
    let pushed = true
    try { history.pushState(null, '', origin + '/apps/garden/') } catch { pushed = false }
    return { read, seen, pushed }
  })()`
}
