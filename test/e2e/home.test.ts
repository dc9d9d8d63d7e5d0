import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, WEB_DIR } from './demo-pages.ts'

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>'

const HOW_TO = 'put its folder into web/apps/'

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

test('without apps it says how to bring one in', async () => {
  const home = await pages.openHome()
  await home.getByText(HOW_TO).waitFor()
  expect(await tileTexts(home)).toHaveLength(5)
  pages.expectAllWell()
})

test('own apps come first, with icons, what they need, and who is in them', async () => {
  await putApp(
    'zoo',
    '<title>Zoo</title><meta name=description content="Look."><link rel=icon href=icon.svg>',
  )
  await putApp(
    'art',
    `<title>Art</title><img src="//b.example/y">
    <script type="module">import 'https://esm.sh/react-together@0.4'</script>`,
  )
  await writeFile(join(webDir, 'apps/art/long.html'), ' '.repeat(4_000_001))
  const home = await pages.openHome()
  await eventually(async () => (await tileTexts(home)).slice(0, 2)).toEqual([
    [
      'Art',
      'Needs the internet: b.example, react-together (esm.sh)',
      'long.html is longer than 4 MB: it is served as it is, and its client does not find this box.',
    ].join('\n'),
    'Zoo\nLook.',
  ])
  expect(await home.getByText(HOW_TO).isVisible()).toBe(false)
  expect(await home.locator('.icon-drawn').allInnerTexts()).toEqual(['A'])
  expect(await home.locator('img.icon').getAttribute('src')).toMatch(/\/apps\/zoo\/icon\.svg$/)

  const peopleIn = () => home.textContent('[data-tile="demos/counter/"] .people')
  expect(await home.locator('.people').allInnerTexts()).toEqual(Array(7).fill(''))
  await pages.open('localhost', 'counter')
  await expectAccessible(home)
  await eventually(peopleIn).toBe('1 in it now')
  expect(await home.textContent('[data-people-news]')).toBe('In apps now: Counter, 1.')
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
