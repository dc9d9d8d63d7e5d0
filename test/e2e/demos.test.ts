import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, WEB_DIR } from './demo-pages.ts'

/** A place on the board, as fractions of its width and height. */
type Place = readonly [x: number, y: number]

let demos: DemoPages

beforeAll(async () => {
  demos = await DemoPages.start()
})

afterEach(() => demos.leave())

afterAll(() => demos?.close())

test('the landing page leads to every demo, and to nothing else', async () => {
  const home = await demos.openHome()
  await eventually(() => home.textContent('#verdict')).toBe('This box works')
  const links = await home
    .locator('.demo')
    .evaluateAll((tiles) =>
      tiles.map((tile) =>
        (tile as unknown as { getAttribute(name: string): string }).getAttribute('href'),
      ),
    )
  const folders = await readdir(join(WEB_DIR, 'demos'))
  const expected = folders.filter((name) => name !== 'shared').map((name) => `demos/${name}/`)
  expect(links.toSorted()).toEqual(expected.toSorted())
  await expectAccessible(home)
  demos.expectAllWell()
})

test('drawing: all see all strokes, also who comes late, and those of yesterday', async () => {
  const ada = await demos.open('localhost', 'drawing')
  const bob = await demos.open('127.0.0.1', 'drawing')
  await draw(ada, [0.2, 0.2], [0.4, 0.4])
  await draw(bob, [0.6, 0.6], [0.8, 0.4])
  const inked: readonly Place[] = [
    [0.3, 0.3],
    [0.7, 0.5],
  ]
  for (const page of [ada, bob]) await showsInk(page, inked)

  const late = await demos.open('localhost', 'drawing')
  await showsInk(late, inked)
  expect(await hasInk(late, [0.5, 0.9])).toBe(false)
  await expectAccessible(late)

  await demos.restart()
  const tomorrow = await demos.open('127.0.0.1', 'drawing')
  await showsInk(tomorrow, inked)
  await draw(tomorrow, [0.4, 0.9], [0.6, 0.9])
  await showsInk(tomorrow, [...inked, [0.5, 0.9]])
  demos.expectAllWell()
})

test('counter: all see one count, which outlives the box', async () => {
  const ada = await demos.open('localhost', 'counter')
  const bob = await demos.open('127.0.0.1', 'counter')
  for (let presses = 0; presses < 40; presses += 1) await ada.click('[data-add="1"]')
  await eventually(() => countOn(bob)).toBeGreaterThanOrEqual(40)
  const before = await countOn(bob)
  await expectAccessible(bob)

  await demos.restart()
  const tomorrow = await demos.open('localhost', 'counter')
  expect(await countOn(tomorrow)).toBeGreaterThanOrEqual(before)
  await eventually(() => countOn(tomorrow)).toBeGreaterThan(before)
  await tomorrow.click('[data-reset]')
  await eventually(() => countOn(tomorrow)).toBeLessThan(10)
  demos.expectAllWell()
})

async function draw(page: Page, from: Place, to: Place): Promise<void> {
  const { x, y, width, height } = await boardBox(page)
  const place = ([across, down]: Place) => [x + across * width, y + down * height] as const
  await page.mouse.move(...place(from))
  await page.mouse.down()
  await page.mouse.move(...place(to), { steps: 10 })
  await page.mouse.up()
}

async function boardBox(page: Page) {
  const found = await page.locator('[data-board]').boundingBox()
  if (!found) throw new Error('the board is not to be seen')
  return found
}

async function showsInk(page: Page, places: readonly Place[]): Promise<void> {
  for (const place of places) await eventually(() => hasInk(page, place)).toBe(true)
}

/** Whether a stroke that is done was painted there. */
function hasInk(page: Page, place: Place): Promise<boolean> {
  return page.locator('[data-settled]').evaluate((element, [across, down]) => {
    const canvas = element as unknown as Canvas
    const at = [Math.round(across * canvas.width), Math.round(down * canvas.height)] as const
    const [, , , alpha = 0] = canvas.getContext('2d').getImageData(...at, 1, 1).data
    return alpha > 0
  }, place)
}

/** The part of the browser's canvas that is used here. */
interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, w: number, h: number): { readonly data: Uint8ClampedArray }
  }
}

async function countOn(page: Page): Promise<number> {
  return Number(await page.textContent('[data-count-in-words]'))
}
