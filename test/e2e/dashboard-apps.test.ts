import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AppApi, adminToken } from '../support/app-api.ts'
import { rawZipOf, zipOf } from '../support/archives.ts'
import { eventually } from './app-handle.ts'
import { DashboardPage } from './dashboard-page.ts'
import { expectAccessible, WEB_DIR } from './demo-pages.ts'
import { press, tabTo, type } from './keyboard.ts'
import { LastingBox } from './lasting-box.ts'
import { Visitors } from './visitors.ts'

const COUNT = join(import.meta.dirname, 'cloud-apps/count.js')
const AT_ONCE = /everybody who opens (it|garden) from now on gets/

let dir: string
let box: LastingBox
let visitors: Visitors
let dashboard: DashboardPage
let page: Page

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apps-page-'))
  await cp(WEB_DIR, join(dir, 'web'), { recursive: true })
  box = await LastingBox.start(join(dir, 'web'))
  visitors = await Visitors.launch()
})
beforeEach(async () => {
  dashboard = await DashboardPage.open(box, visitors, 'apps.html')
  page = dashboard.page
})
afterEach(() => visitors.leave())
afterAll(async () => {
  await visitors?.close()
  await box?.close()
  await rm(dir, { recursive: true })
})

/** An app whose page says which release it is: all of them share one session. */
async function gardenFiles(release: string): Promise<Record<string, string>> {
  const client = '/lib/@croquet/croquet/pub/croquet.esm.js'
  const script = `import * as Croquet from '${client}'; startCount(Croquet)`
  const html = `<!doctype html><title>Garden</title><body class="${release}"><script src="count.js"></script><script type="module">${script}</script>`
  return { 'index.html': html, 'count.js': await readFile(COUNT, 'utf8') }
}

async function chooseZip(name: string, buffer: Buffer): Promise<void> {
  await page.setInputFiles('[data-archive]', { name, mimeType: 'application/zip', buffer })
}

/** Drops a file or folder on the page, as from another program. */
async function drop(path: string): Promise<void> {
  const browser = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await browser.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
  }
}

/** What the dialog says at last. */
async function outcome(): Promise<string> {
  return (await page.locator('dialog .outcome:not(:empty)').textContent()) ?? ''
}

async function openGarden(): Promise<Page> {
  const opened = await visitors.open(`${box.url}/apps/garden/`)
  await eventually(() => countOn(opened.page)).not.toBe(null)
  return opened.page
}

const countOn = (app: Page) => app.getAttribute('body', 'data-count')
const releaseOn = (app: Page) => app.getAttribute('body', 'class')
const card = (title: string) => page.locator('.app', { hasText: title })
const releasesOf = (title: string) => card(title).locator('.releases li').allInnerTexts()
const newsOf = (title: string) => card(title).locator('.outcome').textContent()

test('an app is deployed, shared, deployed again, rolled back and deleted', async () => {
  await eventually(() => page.textContent('h1')).toBe('No apps yet')
  await chooseZip('Garden (2).zip', await zipOf({ ...(await gardenFiles('first')), '.env': 'x' }))
  expect(await page.inputValue('dialog input')).toBe('garden')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await outcome()).toMatch(AT_ONCE)
  expect(await outcome()).toContain('Left out: .env.')
  await page.getByRole('button', { name: 'Close' }).click()
  const home = await visitors.open(box.url)
  await home.page.getByRole('link', { name: 'Garden' }).waitFor()

  const ada = await openGarden()
  const bob = await openGarden()
  await ada.mouse.click(50, 50)
  await eventually(() => countOn(bob)).toBe('1')

  await chooseZip('garden.zip', await zipOf(await gardenFiles('second')))
  expect(await page.textContent('dialog')).toContain('this will be its next release')
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await outcome()).toMatch(AT_ONCE)
  await page.getByRole('button', { name: 'Close' }).click()
  expect(await releasesOf('Garden')).toEqual([
    expect.stringContaining('people get this'),
    expect.stringContaining('Roll back'),
  ])
  await eventually(() => page.textContent('.people')).toBe('2 people in it now')
  await bob.mouse.click(50, 50)
  await eventually(() => countOn(ada)).toBe('2')
  const { page: cat } = await visitors.open(`${box.url}/apps/garden/`)
  expect([await releaseOn(ada), await releaseOn(cat)]).toEqual(['first', 'second'])
  await expectAccessible(page)

  await page.getByRole('button', { name: /^Roll back: Garden of / }).click()
  await eventually(() => newsOf('Garden')).toMatch(AT_ONCE)
  expect(await releasesOf('Garden')).toEqual([
    expect.stringContaining('Go forward'),
    expect.stringContaining('people get this'),
  ])
  expect(await releaseOn(cat)).toBe('second')
  await cat.reload()
  expect(await releaseOn(cat)).toBe('first')

  expect(await dashboard.act('[aria-label="Delete Garden"]', 'Delete it')).toBe('It is deleted.')
  await eventually(() => page.textContent('h1')).toBe('No apps yet')
  expect((await fetch(`${box.url}/apps/garden/`)).status).toBe(404)
  expect(dashboard.errors).toEqual([])
})

test('sources are deployed only by who means them', async () => {
  const html = '<title>Sources</title><script type="module" src="/src/main.tsx"></script>'
  await chooseZip('sources.zip', await zipOf({ 'index.html': html, 'dist/index.html': '' }))
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await outcome()).toContain('deploy dist/, which was built from it')
  await page.getByRole('button', { name: 'Deploy it all the same' }).click()
  await eventually(outcome).toMatch(/everybody who opens sources from now on gets/)
  await page.getByRole('button', { name: 'Close' }).click()
  expect(await dashboard.act('[aria-label="Delete Sources"]', 'Delete it')).toBe('It is deleted.')
})

test('what the box refuses is said in its words, and changes nothing', async () => {
  const api = await AppApi.of(box.adminUrl, box.filesDir)
  await api.deploy('garden', await zipOf(await gardenFiles('first')))
  await dashboard.goTo('apps.html')
  await eventually(() => page.textContent('h1')).toBe('1 app')
  const before = await api.list()
  await chooseZip('garden.zip', rawZipOf([{ name: 'index.html' }, { name: '../evil.html' }]))
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await outcome()).toContain('leads out of the app (..)')
  await page.fill('dialog input', 'con')
  await page.getByRole('button', { name: 'Deploy' }).click()
  await eventually(outcome).toContain('reserved')
  await page.fill('dialog input', '../admin')
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await page.locator('dialog input:invalid').count()).toBe(1)
  await page.keyboard.press('Escape')

  const folder = join(dir, 'sources')
  await mkdir(join(folder, 'node_modules/x'), { recursive: true })
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'src/main.js'), '')
  await drop(folder)
  await eventually(() => page.locator('dialog .chosen').allTextContents()).toEqual([
    'sources, 1 file, 0 B',
  ])
  await page.getByRole('button', { name: 'Deploy' }).click()
  expect(await outcome()).toContain('There is no index.html')
  expect(await api.list()).toEqual(before)
})

test('by keyboard alone: a folder, its name, and back again', async () => {
  const folder = join(dir, 'dist')
  await mkdir(join(folder, '.git'), { recursive: true })
  await mkdir(join(folder, 'js'), { recursive: true })
  await writeFile(join(folder, '.git/config'), '')
  await writeFile(join(folder, 'index.html'), '<title>Flower Shop</title>')
  await writeFile(join(folder, 'js/blüte.js'), '')
  await dashboard.goTo('')
  await press(page, 'link', 'Apps')
  page.on('filechooser', (chooser) => void chooser.setFiles(folder))
  for (let release = 1; release <= 2; release++) {
    await press(page, 'button', 'Choose a folder')
    await eventually(() => page.locator('dialog input').inputValue()).toBe('flower-shop')
    await type(page, 'Its name', 'flowers')
    await page.keyboard.press('Enter')
    expect(await outcome()).toContain('Left out: .git/.')
    await page.keyboard.press('Enter')
    expect(await page.getByRole('dialog').count()).toBe(0)
  }
  expect((await fetch(`${box.url}/apps/flowers/js/bl%C3%BCte.js`)).status).toBe(200)

  await tabTo(page, page.getByRole('button', { name: /^Roll back/ }))
  await page.keyboard.press('Enter')
  await eventually(() => newsOf('Flower Shop')).toContain('is back at')
  expect(await releasesOf('Flower Shop')).toEqual([
    expect.stringContaining('Go forward'),
    expect.stringContaining('people get this'),
  ])
  await page.keyboard.press('Enter')
  await eventually(() => newsOf('Flower Shop')).toContain('has gone on to')
  await press(page, 'button', 'Delete Flower Shop')
  await press(page, 'button', 'Delete it')
  await eventually(outcome).toBe('It is deleted.')
})

test('folders in web/apps are told apart, and a monitor changes nothing', async () => {
  const folder = join(dir, 'web/apps/by hand')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'index.html'), '<title>Old map</title>')
  // It forgets what it has listed.
  await box.restart()
  const monitor = await visitors.open(`${box.adminUrl}/t/${await monitorToken()}/admin/apps.html`)
  await eventually(() => monitor.page.locator('.app h3').allTextContents()).toContain('Old map')
  const oldMap = monitor.page.locator('.app', { hasText: 'Old map' })
  expect(await oldMap.textContent()).toContain('put there by hand: it has no releases')
  expect(await monitor.page.getByText('You may look, and change nothing').isVisible()).toBe(true)
  const buttons = await monitor.page.getByRole('button').allInnerTexts()
  expect([...new Set(buttons)]).toEqual(['Copy', 'Share'])
  await expectAccessible(monitor.page)
  await oldMap.getByRole('button', { name: 'Share Old map' }).click()
  await monitor.page.getByRole('dialog').getByText('/apps/by').waitFor()
})

/** A token for programs that may only look. */
async function monitorToken(): Promise<string> {
  const answer = await fetch(`${box.adminUrl}/api/v1/tokens`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await adminToken(box.filesDir)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'looks', role: 'monitor' }),
  })
  return ((await answer.json()) as { token: string }).token
}
