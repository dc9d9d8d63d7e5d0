import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, hasJoined } from './demo-pages.ts'

/** A PNG, 24 pixels wide and 16 high. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAIAAACDRijCAAAAGklEQVR42mOQz3amCmIYNWjUoFGDRg2i' +
    'DAEAc6MzkN1DnEAAAAAASUVORK5CYII=',
  'base64',
)

let demos: DemoPages

beforeAll(async () => {
  demos = await DemoPages.start()
})

afterEach(() => demos.leave())

afterAll(() => demos?.close())

test('all read what is said, who came and who left, also tomorrow', async () => {
  const ada = await demos.open('localhost', 'chat')
  await takeName(ada, 'Ada')
  const bob = await demos.open('127.0.0.1', 'chat')
  await takeName(bob, 'Bob')
  await say(ada, 'Good morning')
  await say(bob, 'Hello, Ada.\nIs this <b>safe</b>?')
  for (const page of [ada, bob]) {
    await eventually(() => said(page)).toEqual([
      'Good morning',
      'Hello, Ada.\nIs this <b>safe</b>?',
    ])
  }
  await expectAccessible(ada)

  await bob.reload()
  await hasJoined(bob)
  await eventually(() => said(bob)).toHaveLength(2)
  await eventually(() => bob.locator('.own .text').count()).toBe(1)
  await eventually(() => here(bob)).toEqual(['Bob (you)', 'Ada'])
  await bob.close()
  await eventually(() => notes(ada)).toContain('Bob left')
  expect((await notes(ada)).filter((words) => words === 'Bob left')).toHaveLength(1)

  await demos.restart()
  const tomorrow = await demos.open('localhost', 'chat')
  await eventually(() => said(tomorrow)).toHaveLength(2)
  demos.expectAllWell()
})

test('a picture and a file reach everybody, or it is said why not', async () => {
  const ada = await demos.open('localhost', 'chat')
  await takeName(ada, 'Ada')
  const bob = await demos.open('127.0.0.1', 'chat')
  await send(ada, { name: 'lawn.png', mimeType: 'image/png', buffer: PICTURE })
  const picture = bob.locator('[data-file="loaded"] img')
  await picture.waitFor()
  expect(await picture.getAttribute('src')).toMatch(/^blob:/)
  await eventually(() => widthOf(picture)).toBe(24)
  demos.expectAllWell()

  await bob.route(`http://localhost:${demos.box.port}/files/**`, (route) => route.abort())
  await send(ada, { name: 'hoop.png', mimeType: 'image/png', buffer: PICTURE })
  await drop(bob, 'rules.html', '<script>alert(1)</script>')
  await ada.getByRole('button', { name: 'Get it rules.html' }).click()
  const [download] = await Promise.all([
    ada.waitForEvent('download'),
    ada.getByRole('link', { name: 'Save rules.html' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('rules.html')
  await send(ada, { name: 'film.mov', mimeType: 'video/mp4', buffer: Buffer.alloc(9 << 20) })
  await eventually(() => ada.textContent('[data-sending]')).toBe(
    'film.mov is too large: this chat takes up to 8 MB.',
  )

  const missing = bob.locator('[data-file="missing"]', { hasText: 'hoop.png' })
  await missing.waitFor()
  expect(await missing.locator('img').getAttribute('src')).toMatch(/^data:image\/jpeg/)
  const words = await missing.textContent()
  expect(words).toContain(`Ada sent it from http://localhost:${demos.box.port}`)
  expect(words).toContain(`open the chat at http://127.0.0.1:${demos.box.port}`)
  await expectAccessible(bob)
  await bob.unrouteAll()
  await missing.getByRole('button', { name: 'Try again' }).click()
  await bob.locator('[data-file="loaded"]', { hasText: 'hoop.png' }).waitFor()
})

async function takeName(page: Page, name: string): Promise<void> {
  await page.click('[data-me]')
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.keyboard.press('Enter')
  await eventually(() => here(page)).toContain(`${name} (you)`)
}

async function say(page: Page, words: string): Promise<void> {
  await page.fill('[data-words]', words)
  await page.keyboard.press('Enter')
  await eventually(() => page.inputValue('[data-words]')).toBe('')
}

function said(page: Page): Promise<string[]> {
  return page.locator('.text').allTextContents()
}

function notes(page: Page): Promise<string[]> {
  return page.locator('.note').allTextContents()
}

function here(page: Page): Promise<string[]> {
  return page.locator('[data-who] li span:last-child').allTextContents()
}

function widthOf(picture: Locator): Promise<number> {
  return picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)
}

interface SentFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

async function send(page: Page, file: SentFile): Promise<void> {
  await page.locator('[data-files]').setInputFiles(file)
}

/** As if a file of that name and text was dropped on the page. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await page.evaluateHandle(`
    const transfer = new DataTransfer()
    transfer.items.add(new File([${JSON.stringify(text)}], '${name}', { type: 'text/html' }))
    transfer
  `)
  await page.dispatchEvent('[data-talk]', 'drop', { dataTransfer })
}
