import { copyFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { WatchedPage } from '../support/browser.ts'
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { Visitors } from './visitors.ts'

const APPS_DIR = join(import.meta.dirname, 'cloud-apps')
const CLIENT = join(import.meta.dirname, '../../node_modules/@croquet/croquet/pub/croquet.esm.js')
const BUILT = ['built', 'built-for-root']
const APPS = ['cdn-script', 'import-map', 'loaded-later', ...BUILT]

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
  box = await startBox({ BOX_WEB_DIR: webDir })
  proxy = await startPrefixProxy(box.port, '/team/x')
  visitors = await Visitors.launch()
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

test.each(APPS)('%s, made for the cloud, runs from the box alone', async (name) => {
  const ada = await open(`${box.url}/apps/${name}/`)
  const bob = await open(`http://localhost:${box.port}/apps/${name}/?room=blue#x`)
  await eventually(() => countOn(bob)).toBe('0')
  await ada.mouse.click(50, 50)
  await eventually(() => countOn(bob)).toBe('1')
  await bob.mouse.click(50, 50)
  await eventually(() => countOn(ada)).toBe('2')
  await eventually(() => peopleIn(name)).toBe(2)
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

test('what an address says already stays as it is', async () => {
  const page = await open(`${box.url}/apps/cdn-script/?room=a%20b&q&box=./../../&x=%2F#part`)
  expect(new URL(page.url()).search).toBe('?room=a%20b&q&box=./../../&x=%2F')
  const other = await open(`${box.url}/apps/cdn-script/?room=a%20b&q#part`)
  expect(other.url()).toBe(`${box.url}/apps/cdn-script/?room=a%20b&q&box=/#part`)
})

/** A page that has joined. */
async function open(url: string): Promise<Page> {
  const watched = await visitors.open(url)
  opened.push(watched)
  await watched.page.waitForSelector('[data-count]', { state: 'attached' })
  return watched.page
}

function countOn(page: Page): Promise<string | null> {
  return page.getAttribute('body', 'data-count')
}

async function peopleIn(name: string): Promise<number> {
  const answer = await fetch(`${box.url}/apps`)
  const { apps } = (await answer.json()) as { apps: Array<{ name: string; people: number }> }
  return apps.find((app) => app.name === name)?.people ?? 0
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
