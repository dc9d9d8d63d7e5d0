// What people do on the first day with the composed project. By hand, against one that runs on this machine with `BOX_ADMIN_PASSWORD`, has no
// app yet, and where `BOX_PORTS=<http port>,<https port>,<dashboard’s port>` are: ARCHITECTURE.md tells how.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../e2e/app-handle.ts'
import { expectAccessible, hasJoined } from '../e2e/demo-pages.ts'
import { type AppFiles, zipOf } from '../support/archives.ts'
import { closePage, launchBrowser, openPage, type WatchedPage } from '../support/browser.ts'
import { makeTrustingHome, type TrustingHome } from '../support/trusting-home.ts'

const { BOX_PORTS, BOX_ADMIN_PASSWORD = '', SHOTS_DIR } = process.env
const [httpPort, httpsPort, adminPort] = (BOX_PORTS ?? ',,').split(',')
/** A name of the box on its network. In the tests' browsers it leads to this machine. */
const NAME = 'box.lan'
/** As browsers write them: without a port that goes without saying. */
const HTTP_URL = originOf(`http://${NAME}:${httpPort}`)
const HTTPS_URL = originOf(`https://${NAME}:${httpsPort}`)
const ADMIN_URL = originOf(`https://${NAME}:${adminPort}`)
const LOCAL_URL = `http://localhost:${httpPort}`
const API_URL = `http://localhost:${adminPort}`
const CLOUD_APP = join(import.meta.dirname, '../e2e/cloud-apps/cdn-script')
const DEMOS = ['drawing', '3d', 'chat', 'pixels', 'counter']

let dir: string
let stranger: Browser
let home: TrustingHome
let friend: Browser
let token: string
let opened: WatchedPage[] = []

describe.runIf(BOX_PORTS !== undefined)('the composed project', () => {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'acceptance-'))
    stranger = await launchBrowser(NAME)
    const answer = await fetch(`${API_URL}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: BOX_ADMIN_PASSWORD }),
    })
    token = ((await answer.json()) as { token: string }).token
    const authority = await (await fetch(`${LOCAL_URL}/trust/ca.pem`)).text()
    home = await makeTrustingHome(authority)
    friend = await launchBrowser(NAME, home.path)
  })

  afterAll(async () => {
    await stranger?.close()
    await friend?.close()
    await home?.remove()
    await rm(dir, { recursive: true })
  })

  test('who opens the box by http is shown how to trust it, and meets no warning', async () => {
    const { page } = await visit(stranger, `${HTTP_URL}/demos/counter/`)
    expect(new URL(page.url()).pathname).toBe('/trust/')
    await page.getByText('You were going to').waitFor()
    await shoot(page, 'trust-stranger')
    await expectAccessible(page)
    await page.getByRole('button', { name: /^Go on/ }).click()
    await hasJoined(page)
    await leave()
  })

  test('a browser that trusts the box gets there by itself, and by https', async () => {
    const { page } = await visit(friend, `${HTTP_URL}/demos/counter/`)
    await hasJoined(page)
    expect(page.url()).toMatch(new RegExp(`^${HTTPS_URL}/demos/counter/`))
    expect(await page.evaluate('isSecureContext')).toBe(true)
    await leave()
  })

  test('the dashboard is at an origin of its own, by https, and nothing of it where apps are', async () => {
    const { page } = await visit(friend, `${HTTP_URL}/admin/files.html`)
    await page.waitForURL(`${ADMIN_URL}/admin/login?next=%2Fadmin%2Ffiles.html`)
    await shoot(page, 'login')
    await page.fill('input[type=password]', BOX_ADMIN_PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${ADMIN_URL}/admin/files.html`)
    await page.goto(`${ADMIN_URL}/admin/`)
    await page.getByText('Your box is working').waitFor()
    await shoot(page, 'dashboard')
    const byHttp = await visit(stranger, `http://${NAME}:${adminPort}/admin/`)
    expect(byHttp.page.url()).toContain(`${HTTP_URL}/trust/?next=`)
    expect((await fetch(`${LOCAL_URL}/api/v1/me`)).status).toBe(421)
    const metrics = await fetch(`${LOCAL_URL}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
    })
    expect(metrics.headers.get('location')).toBe(`${API_URL}/metrics`)
    await leave()
  })

  test.each(DEMOS)('%s runs, and asks nobody but the box for anything', async (demo) => {
    const context = await friend.newContext()
    const refused: string[] = []
    await context.route(
      ({ origin }) => origin !== HTTPS_URL,
      (route) => {
        refused.push(route.request().url())
        return route.abort()
      },
    )
    const pages = [await context.newPage(), await context.newPage()]
    for (const page of pages) {
      await page.goto(`${HTTPS_URL}/demos/${demo}/`)
      await hasJoined(page)
    }
    await shoot(pages[0] as Page, `demo-${demo}`)
    expect(refused).toEqual([])
    await context.close()
  })

  test('an app is deployed, shared, replaced and rolled back', async () => {
    const first = await deploy({ ...(await cloudApp()), 'release.txt': 'first' })
    const landing = await visit(friend, `${HTTPS_URL}/`)
    await landing.page.waitForSelector('a[href*="apps/garden/"]')
    const ada = await visit(friend, `${HTTPS_URL}/apps/garden/`)
    const bob = await visit(friend, `${HTTPS_URL}/apps/garden/`)
    for (const { page } of [ada, bob])
      await page.waitForSelector('[data-count]', { state: 'attached' })
    await ada.page.mouse.click(50, 50)
    await eventually(() => bob.page.getAttribute('body', 'data-count')).toBe('1')
    await eventually(() => landing.page.textContent('main')).toContain('2 in it now')
    await shoot(landing.page, 'landing')
    await expectAccessible(landing.page)
    await deploy({ ...(await cloudApp()), 'release.txt': 'second' })
    expect(await released()).toBe('second')
    const active = { release: first }
    expect((await api('PUT', '/apps/garden/active', JSON.stringify(active))).status).toBe(200)
    expect(await released()).toBe('first')
    for (const { errors } of opened) expect(errors).toEqual([])
    await leave()
  })
})

async function cloudApp(): Promise<AppFiles> {
  const folder = join(dir, 'app')
  await cp(CLOUD_APP, folder, { recursive: true })
  return {
    'index.html': await readFile(join(folder, 'index.html')),
    'count.js': await readFile(join(CLOUD_APP, '../count.js')),
  }
}

/** @returns the id of the release */
async function deploy(files: AppFiles): Promise<string> {
  const form = new FormData()
  form.append('archive', new File([new Uint8Array(await zipOf(files))], 'garden.zip'))
  const answer = await fetch(`${API_URL}/api/v1/apps/garden`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { release: string }).release
}

function api(method: string, path: string, body: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return fetch(`${API_URL}/api/v1${path}`, { method, headers, body })
}

/** What visitors get, by https. */
async function released(): Promise<string> {
  const ca = await (await fetch(`${LOCAL_URL}/trust/ca.pem`)).text()
  return new Promise((resolve, reject) => {
    request(`https://localhost:${httpsPort}/apps/garden/release.txt`, { ca }, (answer) =>
      resolve(text(answer)),
    )
      .on('error', reject)
      .end()
  })
}

async function visit(browser: Browser, url: string): Promise<WatchedPage> {
  const watched = await openPage(browser, url)
  opened.push(watched)
  return watched
}

async function leave(): Promise<void> {
  await Promise.all(opened.map(closePage))
  opened = []
}

/** For people to look at. */
async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS_DIR) await page.screenshot({ path: join(SHOTS_DIR, `${name}.png`), fullPage: true })
}

/** The same if there is no port yet. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}
