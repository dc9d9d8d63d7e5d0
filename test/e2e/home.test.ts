import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, WEB_DIR } from './demo-pages.ts'

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>'

let webDir: string
let pages: DemoPages

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await cp(WEB_DIR, webDir, { recursive: true })
  pages = await DemoPages.start(webDir)
})

beforeEach(async () => {
  await rm(join(webDir, 'apps'), { recursive: true, force: true })
  // It forgets what it has listed.
  await pages.box.restart()
})

afterEach(() => pages.leave())

afterAll(async () => {
  await pages?.close()
  await rm(webDir, { recursive: true })
})

async function putApp(name: string, html: string): Promise<void> {
  const folder = join(webDir, 'apps', name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'index.html'), `<!doctype html>${html}`)
  await writeFile(join(folder, 'icon.svg'), DRAWING)
}

/** What stands on the tiles, without their share buttons. */
function tileTexts(page: Page): Promise<string[]> {
  return page.locator('.tile-words').allInnerTexts()
}

test('without apps it shows the demos, and where to bring one in', async () => {
  const home = await pages.openHome()
  await home.getByRole('link', { name: 'bring in an app of your own' }).click()
  await home.getByRole('heading', { name: 'Bring in an app' }).waitFor()
  await home.getByText('npm run deploy -- ../my-app/dist my-app').waitFor()
  expect(await home.textContent('main')).not.toContain('docker')
  await home.getByText('@croquet/croquet 2.0.4').waitFor()
  await expectAccessible(home)
  await home.getByRole('link', { name: 'All apps' }).first().click()
  await eventually(async () => (await tileTexts(home)).length).toBe(5)
  pages.expectAllWell()
})

test('own apps come first, with pictures, whether they need the internet, and who is in them', async () => {
  await putApp(
    'zoo',
    '<title>Zoo</title><meta name=description content="Look."><meta name=og:image content=icon.svg>',
  )
  await putApp('art', '<title>Art</title><img src="//b.example/y">')
  await putApp('map', '<title>Map</title><link rel=icon href=icon.svg>')
  await writeFile(join(webDir, 'apps/art/long.html'), ' '.repeat(4_000_001))
  const home = await pages.openHome()
  await eventually(async () => (await tileTexts(home)).slice(0, 3)).toEqual([
    ...['Art\nNeeds the internet', 'Map', 'Zoo\nLook.'],
  ])
  expect(await home.getByText('bring in an app').isVisible()).toBe(false)
  const pictures = home.locator('[data-own] .picture')
  expect(await pictures.nth(0).locator('.icon-drawn').textContent()).toBe('A')
  const iconOf = (index: number) => pictures.nth(index).locator('img').getAttribute('src')
  expect(await iconOf(1)).toMatch(/\/apps\/map\/icon\.svg$/)
  expect(await iconOf(2)).toMatch(/\/apps\/zoo\/icon\.svg$/)

  const peopleIn = () => home.textContent('[data-tile="demos/counter/"] .people')
  expect(await home.locator('.people').allInnerTexts()).toEqual(Array(8).fill(''))
  await pages.open('localhost', 'counter')
  await expectAccessible(home)
  await eventually(peopleIn).toBe('1 in it now')
  expect(await home.textContent('.state p')).toBe('This box works · 1 person in 1 session')
  expect(await home.textContent('[data-people-news]')).toBe('In apps now: Counter, 1.')
  pages.expectAllWell()
})

test('a picture that does not come is replaced by one that the name has each time', async () => {
  await putApp('zoo', '<title>Zoo</title><meta name=og:image content=icon.svg>')
  const home = await pages.openHome()
  await home.route('**/icon.svg', (route) => route.abort())
  await home.reload()
  await home.locator('[data-own] .pattern').waitFor()
  expect(await home.locator('[data-own] img').count()).toBe(0)
})

test('apps are seen without scrolling, nothing moves, and a phone is shown no code', async () => {
  await putApp('zoo', '<title>Zoo</title>')
  const home = await pages.openHome()
  const card = home.getByRole('heading', { name: 'Join on a phone' })
  const share = home.getByRole('button', { name: 'Share', exact: true })
  await home.addInitScript(`
    globalThis.moved = 0
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) moved += value
    }).observe({ type: 'layout-shift', buffered: true })`)
  for (const [width, height, isPhone] of [
    [1280, 800, false],
    [390, 844, true],
    [320, 640, true],
  ] as const) {
    await home.setViewportSize({ width, height })
    await home.reload()
    const tile = home.locator('.app-tile')
    await tile.waitFor()
    const box = await tile.boundingBox()
    expect((box?.y ?? height) + (box?.height ?? height)).toBeLessThan(height)
    expect([await card.isVisible(), await share.isVisible()]).toEqual([!isPhone, isPhone])
    expect(await home.evaluate('document.documentElement.scrollWidth')).toBe(width)
    expect(await home.evaluate('moved')).toBeLessThan(0.02)
  }
  await home.evaluate('navigator.share = async (given) => { globalThis.given = given }')
  await share.click()
  expect(await home.evaluate('given')).toMatchObject({ url: home.url() })
  pages.expectAllWell()
})

test('a box that goes away is missed, and found again by itself', async () => {
  const home = await pages.openHome()
  const verdict = () => home.textContent('#verdict')
  await eventually(verdict).toBe('This box works')
  expect(await home.getByText('What is wrong?').isVisible()).toBe(false)
  await home.route('**/healthz', (route) => route.fulfill({ status: 503 }))
  await home.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
  await eventually(verdict).toBe('This box does not answer')
  await home.getByText('What is wrong?').click()
  await home.getByText('It answers with status 503').waitFor()
  await expectAccessible(home)
  await home.getByRole('button', { name: 'Check again' }).click()
  await home.unroute('**/healthz')
  await eventually(verdict).toBe('This box works')
})

test('the code fills the screen when it is asked for, with its address, until Escape', async () => {
  const home = await pages.openHome()
  await home.getByText('Other devices do not find the box by').waitFor()
  await home.evaluate(`import('/common/scannable.js').then(({ scannable }) =>
    document.querySelector('[data-join]').replaceChildren(
      scannable([new URL('http://192.168.1.20:8888/')], 'QR code')))`)
  await home.getByRole('button', { name: 'Show large' }).click()
  const dialog = home.getByRole('dialog', { name: 'QR code' })
  expect(await dialog.locator('.address-line').textContent()).toBe('http://192.168.1.20:8888')
  const { width = 0, height = 0 } = (await dialog.getByRole('img').boundingBox()) ?? {}
  expect(Math.min(width, height)).toBeGreaterThan(450)
  await expectAccessible(home)
  await home.keyboard.press('Escape')
  expect(await dialog.count()).toBe(0)
  pages.expectAllWell()
})

test('an app is shared by keyboard alone', async () => {
  await putApp('quiz', '<title>Map quiz</title>')
  const home = await pages.openHome()
  const share = home.getByRole('button', { name: 'Share Map quiz' })
  await share.waitFor()
  await home.getByRole('link', { name: 'Map quiz' }).focus()
  await home.keyboard.press('Tab')
  expect(await focusedName(home)).toBe('Share Map quiz')
  await home.keyboard.press('Enter')
  const dialog = home.getByRole('dialog', { name: 'Share Map quiz' })
  await dialog.getByText(`http://localhost:${pages.box.port}/apps/quiz/`).waitFor()
  expect(await focusedName(home)).toBe('Close')
  await home.keyboard.press('Escape')
  expect(await dialog.count()).toBe(0)
  expect(await focusedName(home)).toBe('Share Map quiz')
  pages.expectAllWell()
})

/** What a screen reader calls the control that has the focus. */
function focusedName(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent')
}
