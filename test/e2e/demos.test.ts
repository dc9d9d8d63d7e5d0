import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { closePage, type WatchedPage } from '../support/browser.ts'
import { eventually } from './app-handle.ts'
import { LastingBox } from './lasting-box.ts'
import { Visitors } from './visitors.ts'

const WEB_DIR = fileURLToPath(new URL('../../web', import.meta.url))

/** A place on the board, as fractions of its width and height. */
type Place = readonly [x: number, y: number]

let box: LastingBox
let visitors: Visitors
let opened: WatchedPage[] = []

beforeAll(async () => {
  box = await LastingBox.start(WEB_DIR)
  visitors = await Visitors.launch()
})

afterEach(async () => {
  await visitors.leave()
  opened = []
})

afterAll(async () => {
  await visitors?.close()
  await box?.close()
})

test('drawing: all see all strokes, also who comes late, and those of yesterday', async () => {
  const ada = await openDemo('localhost', 'drawing')
  const bob = await openDemo('127.0.0.1', 'drawing')
  await draw(ada, [0.2, 0.2], [0.4, 0.4])
  await draw(bob, [0.6, 0.6], [0.8, 0.4])
  const inked: readonly Place[] = [
    [0.3, 0.3],
    [0.7, 0.5],
  ]
  for (const page of [ada, bob]) await showsInk(page, inked)

  const late = await openDemo('localhost', 'drawing')
  await showsInk(late, inked)
  expect(await hasInk(late, [0.5, 0.9])).toBe(false)
  expectAllWell()

  await Promise.all(opened.map(closePage))
  await box.restart()
  const tomorrow = await openDemo('127.0.0.1', 'drawing')
  await showsInk(tomorrow, inked)
  await draw(tomorrow, [0.4, 0.9], [0.6, 0.9])
  await showsInk(tomorrow, [...inked, [0.5, 0.9]])
  expectAllWell()
})

test('counter: all see one count, which outlives the box', async () => {
  const ada = await openDemo('localhost', 'counter')
  const bob = await openDemo('127.0.0.1', 'counter')
  for (let presses = 0; presses < 40; presses += 1) await ada.click('[data-add="1"]')
  await eventually(() => countOn(bob)).toBeGreaterThanOrEqual(40)
  const before = await countOn(bob)
  expectAllWell()

  await Promise.all(opened.map(closePage))
  await box.restart()
  const tomorrow = await openDemo('localhost', 'counter')
  expect(await countOn(tomorrow)).toBeGreaterThanOrEqual(before)
  await eventually(() => countOn(tomorrow)).toBeGreaterThan(before)
  await tomorrow.click('[data-reset]')
  await eventually(() => countOn(tomorrow)).toBeLessThan(10)
  expectAllWell()
})

/** A demo, joined, as a person of its own sees it. */
async function openDemo(host: string, demo: string): Promise<Page> {
  const watched = await visitors.open(`http://${host}:${box.port}/demos/${demo}/`)
  opened.push(watched)
  await watched.page.waitForSelector('[data-state="joined"]')
  return watched.page
}

/** No page had an error, or asked anybody but the box for anything. */
function expectAllWell(): void {
  expect(opened.flatMap(({ errors }) => errors)).toEqual([])
  const hosts = opened
    .flatMap(({ requests }) => requests)
    .filter((url) => !/^(blob|data):/.test(url))
    .map((url) => new URL(url).host)
  const boxHosts = ['localhost', '127.0.0.1'].map((name) => `${name}:${box.port}`)
  expect(boxHosts).toEqual(expect.arrayContaining([...new Set(hosts)]))
}

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
