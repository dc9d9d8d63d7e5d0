import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { DoorBed } from '../support/door-bed.ts'
import { findFreeRange } from '../support/port-range.ts'
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts'
import { eventually } from './app-handle.ts'
import { expectAccessible } from './demo-pages.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const PREFIX = '/team/x'
/** Pages for those who are logged in, and what stands above each when all went well. */
const PAGES = {
  '': 'Your box is working.',
  'apps.html': '1 app',
  'files.html': 'No files yet',
  'log.html': 'Log',
  'backup.html': 'Backup',
  'account.html': 'Account',
  'session.html': 'in the list',
  'view.html?of=sessions': '/sessions',
} as const
type Path = keyof typeof PAGES

let bed: DoorBed
/** of the app's own origin */
let firstPort: number
let proxy: PrefixProxy
let visitors: Visitors
let page: Page
let errors: readonly string[]
let requests: readonly string[]

beforeAll(async () => {
  firstPort = await findFreeRange(2)
  const origins = `${firstPort}-${firstPort + 1}`
  bed = await DoorBed.start({ BOX_WEB_DIR: APP_DIR, BOX_APP_ORIGINS: origins })
  const api = await AppApi.of(bed.box.adminUrl, bed.filesDir)
  await api.deploy('garden', await zipOf({ 'index.html': '<title>Garden</title>' }))
  proxy = await startPrefixProxy(bed.box.adminPort, PREFIX)
  visitors = await Visitors.launch()
})
beforeEach(async () => {
  const token = await bed.adminToken()
  const watched = await visitors.open(`${proxy.url}/t/${token}/admin/`)
  ;({ page, errors, requests } = watched)
  await page.waitForURL(`${proxy.url}/admin/`)
  await eventually(() => heading()).toBe(PAGES[''])
})
afterEach(() => visitors.leave())
afterAll(async () => {
  await visitors?.close()
  await proxy?.stop()
  await bed?.stop()
})

const heading = () => page.textContent('h1')
const banner = () => page.textContent('[data-banner]')

async function goTo(path: Path): Promise<void> {
  const [session] = await bedSessions()
  const query = path === 'session.html' ? `?id=${session}` : ''
  await page.goto(`${proxy.url}/admin/${path}${query}`)
}

async function bedSessions(): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${await bed.adminToken()}` }
  const answer = await fetch(`${bed.box.adminUrl}/api/v1/sessions`, { headers })
  const { sessions } = (await answer.json()) as { sessions: ReadonlyArray<{ id: string }> }
  return sessions.map(({ id }) => id)
}

test('every page works below a path, and asks for nothing outside of it', async () => {
  await visitors.join(bed.box.url, newSession({ name: 'in the list' }))
  for (const [path, title] of Object.entries(PAGES) as Array<[Path, string]>) {
    await goTo(path)
    await eventually(() => heading()).toBe(title)
    expect([path, await banner()]).toEqual([path, ''])
  }
  await page.goto(`${proxy.url}/admin/nothing`)
  await page.getByRole('link', { name: 'The dashboard' }).click()
  await page.waitForURL(`${proxy.url}/admin/`)
  const ours = requests.filter((url) => url.startsWith(new URL(proxy.url).origin))
  expect(ours.filter((url) => !new URL(url).pathname.startsWith(`${PREFIX}/`))).toEqual([])
  expect(errors.filter((text) => !text.includes('404'))).toEqual([])
})

test('an app is named in the question whether to delete it, and its address is that of its own origin', async () => {
  await goTo('apps.html')
  const card = page.locator('.app', { hasText: 'Garden' })
  const address = `http://localhost:${firstPort}/apps/garden/`
  await eventually(() => card.locator('code').textContent()).toBe(address)
  expect(await card.getByRole('link').getAttribute('href')).toBe(address)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await card.getByRole('button', { name: 'Copy' }).click()
  await eventually(() => page.evaluate('navigator.clipboard.readText()')).toBe(address)
  await card.getByRole('button', { name: 'Delete' }).click()
  expect(await page.textContent('dialog h2')).toBe('Delete app “Garden”?')
  expect(await page.textContent('dialog')).toContain('Its name in addresses is garden.')
})

test('a page of which a part does not load says so, and what to do', async () => {
  await page.route('**/admin/api.js', (route) => route.abort())
  for (const path of Object.keys(PAGES) as Path[]) {
    await goTo(path)
    await eventually(() => banner()).toContain('A part of this page did not load')
    expect(await heading()).not.toContain('Looking')
  }
  await expectAccessible(page)
  await page.unroute('**/admin/api.js')
  await page.getByRole('link', { name: 'Load it again' }).click()
  await eventually(() => banner()).toBe('')
})

test('a page that the box does not answer says so, and what to do', async () => {
  await page.route('**/api/v1/**', (route) => route.fulfill({ status: 500, body: '{}' }))
  await page.route(/\/sessions$/, (route) => route.fulfill({ status: 500, body: 'no JSON' }))
  for (const path of Object.keys(PAGES) as Path[]) {
    await goTo(path)
    await eventually(() => banner()).toContain('The box does not answer')
    expect(await heading()).not.toContain('Looking')
  }
})

test('who is not logged in any more reads why they log in again, and is back where they were', async () => {
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage)) localStorage.setItem(key, 'of-yesterday')
  })
  for (const path of Object.keys(PAGES) as Path[]) {
    await goTo(path)
    await page.waitForURL((url) => url.pathname === `${PREFIX}/admin/login`)
    await eventually(() => page.textContent('[role=alert]')).toContain('Your login has ended')
    const next = new URL(page.url()).searchParams.get('next')
    expect(next).toContain(`${PREFIX}/admin/${path}`)
  }
})

test('the page for those without a password is there as well', async () => {
  const watched = await visitors.open(`${proxy.url}/${bed.box.setupPath}`)
  await watched.page.fill('#password', 'three or four words')
  await watched.page.fill('#again', 'three or four words')
  const full = { title: 'Insufficient Storage', status: 507, detail: 'the disk of the box is full' }
  await watched.page.route('**/setup', (route) =>
    route.fulfill({
      status: 507,
      contentType: 'application/problem+json',
      body: JSON.stringify(full),
    }),
  )
  await watched.page.getByRole('button', { name: 'Set the password' }).click()
  const notice = watched.page.getByRole('alert')
  await eventually(() => notice.textContent()).toBe('The disk of the box is full.')
  await watched.page.unroute('**/setup')
  await watched.page.getByRole('button', { name: 'Set the password' }).click()
  await watched.page.waitForURL(`${proxy.url}/admin/`)
  await eventually(() => watched.page.textContent('h1')).toBe(PAGES[''])
})
