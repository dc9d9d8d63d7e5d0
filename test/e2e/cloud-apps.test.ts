import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { WatchedPage } from '../support/browser.ts'
import { DoorBed } from '../support/door-bed.ts'
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import {
  ADDRESS_SHAPE,
  CLIENTS,
  OWN_BOX_SHAPE,
  SHAPES,
  type Shape,
  TWO_AGES_SHAPE,
  WRAPPED_SHAPE,
} from './cloud-apps/shapes.ts'
import { Visitors } from './visitors.ts'

const APPS_DIR = join(import.meta.dirname, 'cloud-apps')
const MODULES = join(import.meta.dirname, '../../node_modules')
const CLIENT = join(MODULES, '@croquet/croquet/pub/croquet.esm.js')
const DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
const BUILT = ['built', 'built-for-root']
const APPS = ['cdn-script', 'import-map', 'loaded-later', ...BUILT]

/** One of each way to be told. */
const BY_LINK = CLIENTS.filter(({ name }) => ['croquet-1.1.0-14', 'croquet-croquet'].includes(name))

/** What a page shows, or a frame in it. */
const COUNT = `(globalThis.framed?.() ?? document.querySelector('iframe')?.contentDocument ?? document).body?.dataset.count`

let webDir: string
let box: TestBox
let proxy: PrefixProxy
let visitors: Visitors
let opened: WatchedPage[] = []

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  for (const name of APPS) {
    const app = join(webDir, 'apps', name)
    await cp(join(APPS_DIR, name), app, { recursive: true })
    await copyFile(join(APPS_DIR, 'count.js'), join(app, 'count.js'))
  }
  // Browsers ask for it.
  await writeFile(join(webDir, 'favicon.ico'), '')
  for (const name of BUILT) {
    await copyFile(CLIENT, join(webDir, 'apps', name, 'assets/client-dq0l3x.js'))
  }
  const shapes = [ADDRESS_SHAPE, TWO_AGES_SHAPE, OWN_BOX_SHAPE, WRAPPED_SHAPE]
  for (const shape of [...SHAPES, ...CLIENTS, ...shapes]) await putShape(shape)
  await writeFile(join(webDir, 'apps/address/dot.svg'), DOT)
  box = await startBox({ BOX_WEB_DIR: webDir })
  proxy = await startPrefixProxy(box.port, '/team/x')
  // No other host is to be had.
  visitors = await Visitors.launch('*')
})

afterEach(async () => {
  await visitors.leave()
  opened = []
})

afterAll(async () => {
  await visitors?.close()
  await proxy?.stop()
  await box?.stop()
  await rm(webDir, { recursive: true })
})

test.each([...APPS, ...SHAPES.map(({ name }) => name)])(
  '%s, made for the cloud, runs from the box alone',
  async (name) => {
    await meet(`${box.url}/apps/${name}/`, `http://localhost:${box.port}/apps/${name}/?room=blue#x`)
    // A page that is written into another has no address of its own, by which it is counted.
    if (!/srcdoc/.test(name)) await eventually(() => peopleIn(name)).toBe(2)
    expectOnly([`127.0.0.1:${box.port}`, `localhost:${box.port}`])
  },
)

test.each(CLIENTS)('with the client $name, people meet and share a file', async ({ name }) => {
  const path = `/apps/${name}/`
  const [ada, bob] = await meet(`${box.url}${path}`, `http://localhost:${box.port}${path}`)
  const id = await ada.evaluate("share('for all')")
  expect(await bob.evaluate(`read(${JSON.stringify(id)})`)).toBe('for all')
  // Each has what they share at the address by which they came.
  const { requests = [] } = opened.find(({ page }) => page === bob) ?? {}
  expect(requests.filter((url) => url.includes('/data/'))).toEqual([
    expect.stringContaining(`//localhost:${box.port}/files/apps/`),
  ])
  expectOnly([`127.0.0.1:${box.port}`, `localhost:${box.port}`])
})

test('they run under whatever prefix the box is reached', async () => {
  const ada = await open(`${box.url}/apps/cdn-script/`)
  const bob = await open(`${proxy.url}/apps/cdn-script/`)
  await eventually(() => countOn(ada)).toBe(await countOn(bob))
  const before = Number(await countOn(ada))
  await bob.mouse.click(50, 50)
  await eventually(() => countOn(ada)).toBe(String(before + 1))
  expectOnly([`127.0.0.1:${box.port}`, new URL(proxy.url).host])
})

test.each(BY_LINK)('by a link in the path, the client $name gets in', async ({ name }) => {
  const bed = await DoorBed.start({ BOX_ACCESS: 'invite', BOX_WEB_DIR: webDir })
  try {
    const [one, two] = [await bed.invite(), await bed.invite()]
    const address = (token: string) => `${bed.box.url}/t/${token}/apps/${name}/`
    const [ada, bob] = await meet(address(one.token), address(two.token))
    const id = await ada.evaluate("share('for all')")
    expect(await bob.evaluate(`read(${JSON.stringify(id)})`)).toBe('for all')
    expectOnly([`127.0.0.1:${bed.box.port}`])
  } finally {
    await visitors.leave()
    await bed.stop()
  }
})

test('a shared file opens by another address when that of its uploader is gone', async () => {
  const [name] = CLIENTS.map((shape) => shape.name).slice(-1)
  const gone = await startPrefixProxy(box.port, '/gone')
  const ada = await open(`${gone.url}/apps/${name}/`)
  const id = await ada.evaluate("share('kept')")
  await gone.stop()
  const bob = await open(`${proxy.url}/apps/${name}/`)
  expect(await bob.evaluate(`read(${JSON.stringify(id)})`)).toBe('kept')
})

test('an app sees the plain address from its first look to the last', async () => {
  const address = `${box.url}/apps/address/`
  const watched = await visitors.open(address)
  opened.push(watched)
  await watched.page.waitForFunction('globalThis.found')
  expect(await watched.page.evaluate('seen')).toEqual(
    ['at first', 'loaded', 'joined'].map((when) => [when, address, '', address, 2]),
  )
  expect(await watched.page.evaluate('found')).toEqual({ room: 'lobby', shown: true })
  await watched.page.reload()
  await watched.page.waitForFunction('globalThis.found')
  expect(watched.page.url()).toBe(address)
  expectOnly([`127.0.0.1:${box.port}`])
})

test('two clients of different age in one app both use the box', async () => {
  const [ada, bob] = await meet(`${box.url}/apps/two-ages/`, `${box.url}/apps/two-ages/`)
  const counts = () => Promise.all([ada, bob].map((page) => page.evaluate('oldCount()')))
  // The old one has another session, in which nobody clicked.
  expect(await counts()).toEqual([0, 0])
  expectOnly([`127.0.0.1:${box.port}`])
})

test.each(['current', 'old'])('an app keeps the box that it names: %s client', async (client) => {
  await open(`${box.url}/apps/own-box/#${client}:${proxy.url}/`)
  expectSockets(new URL(proxy.url).host)
})

test('a page keeps the box that its address names', async () => {
  const address = `${box.url}/apps/own-box/?box=${encodeURIComponent(`${proxy.url}/`)}#current`
  const page = await open(address)
  expect(page.url()).toBe(address)
  expectSockets(new URL(proxy.url).host)
})

test('a client that comes with a package from the internet uses the box', async () => {
  const client = await readFile(join(MODULES, 'multisynq-1.0.4/bundled/multisynq-client.esm.js'))
  const page = await visitors.blank()
  const routed = {
    'https://esm.run/@example/together@3': `export * as client from 'https://esm.sh/@multisynq/client@1.0.4/es2022/client.mjs'`,
    'https://esm.sh/@multisynq/client@1.0.4/es2022/client.mjs': client,
  }
  const headers = { 'access-control-allow-origin': '*' }
  for (const [url, body] of Object.entries(routed)) {
    await page.route(url, (route) =>
      route.fulfill({ body, headers, contentType: 'text/javascript' }),
    )
  }
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(new URL(socket.url()).host))
  await page.goto(`${box.url}/apps/wrapped/`)
  await page.waitForSelector('[data-count]', { state: 'attached' })
  expect(sockets).toEqual([`127.0.0.1:${box.port}`])
})

async function putShape({ name, files, clients }: Shape): Promise<void> {
  const app = join(webDir, 'apps', name)
  await mkdir(app, { recursive: true })
  await copyFile(join(APPS_DIR, 'count.js'), join(app, 'count.js'))
  for (const [path, text] of Object.entries(files)) await writeFile(join(app, path), text)
  for (const [path, client] of Object.entries(clients)) {
    await copyFile(join(MODULES, client), join(app, path))
  }
}

/** Two people who see what the other does. */
async function meet(...urls: [string, string]): Promise<[Page, Page]> {
  const [ada, bob] = (await Promise.all(urls.map(open))) as [Page, Page]
  // The session may be there from a try before.
  const count = Number(await countOn(bob))
  await ada.mouse.click(50, 50)
  await eventually(() => countOn(bob)).toBe(String(count + 1))
  await bob.mouse.click(50, 50)
  await eventually(() => countOn(ada)).toBe(String(count + 2))
  return [ada, bob]
}

/** A page that has joined. */
async function open(url: string): Promise<Page> {
  const watched = await visitors.open(url)
  opened.push(watched)
  await eventually(() => countOn(watched.page)).toMatch(/^\d+$/)
  return watched.page
}

function countOn(page: Page): Promise<string | null> {
  return page.evaluate(COUNT)
}

async function peopleIn(name: string): Promise<number> {
  const answer = await fetch(`${box.url}/apps`)
  const { apps } = (await answer.json()) as { apps: Array<{ name: string; people: number }> }
  return apps.find((app) => app.name === name)?.people ?? 0
}

/** All web sockets led to that host, and there was one. */
function expectSockets(host: string): void {
  const sockets = opened.flatMap(({ requests }) => requests.filter((url) => url.startsWith('ws')))
  expect(new Set(sockets.map((url) => new URL(url).host))).toEqual(new Set([host]))
}

/** No page had an error, or asked any other host for anything. */
function expectOnly(hosts: readonly string[]): void {
  expect(opened.flatMap(({ errors }) => errors)).toEqual([])
  const asked = opened
    .flatMap(({ requests }) => requests)
    .filter((url) => !/^(blob|data):/.test(url))
    .map((url) => new URL(url).host)
  expect([...new Set(asked)].toSorted()).toEqual([...hosts].toSorted())
}
