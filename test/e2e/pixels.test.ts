import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, WEB_DIR } from './demo-pages.ts'

const APP_ID = 'io.croquet-in-a-box.pixels'
const RED = '4'
const BLUE = '12'

/** What the page's session is to the tests. */
interface PictureSession {
  readonly id: string
  readonly persistentId: string
  readonly model: { readonly rows: readonly (readonly number[])[]; readonly release?: number }
}

/** A cell of the sheet, by column and row. */
type Cell = readonly [x: number, y: number]

let webDir: string
let demos: DemoPages

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await cp(WEB_DIR, webDir, { recursive: true })
  demos = await DemoPages.start(webDir)
})

afterEach(() => demos.leave())

afterAll(async () => {
  await demos?.close()
  await rm(webDir, { recursive: true })
})

test('all see what is painted, which outlives the box and another code of the model', async () => {
  const ada = await demos.open('localhost', 'pixels')
  const bob = await demos.open('127.0.0.1', 'pixels')
  await Promise.all([paint(ada, RED, [2, 3], [20, 3]), paint(bob, BLUE, [10, 8], [10, 12])])
  for (const page of [ada, bob]) await showsPicture(page)
  const before = await sessionOn(ada)
  await eventually(() => hasPersisted(before.persistentId)).toBe(true)

  await demos.restart()
  const tomorrow = await demos.open('127.0.0.1', 'pixels')
  await showsPicture(tomorrow)
  expect((await sessionOn(tomorrow)).id).toBe(before.id)

  await changeModel()
  const later = await demos.open('localhost', 'pixels')
  await showsPicture(later)
  const after = await sessionOn(later)
  expect(after.id).not.toBe(before.id)
  expect(after).toMatchObject({ persistentId: before.persistentId, release: 2, columns: 64 })
  demos.expectAllWell()
})

test('the keyboard paints, and tells where it is', async () => {
  const ada = await demos.open('localhost', 'pixels')
  await ada.getByRole('radio', { name: 'Green', exact: true }).focus()
  await ada.keyboard.press('Space')
  await ada.locator('[data-sheet]').focus()
  await ada.keyboard.press('ArrowDown')
  expect(await told(ada)).toMatch(/^Column \d+, row \d+: Paper$/)
  await ada.keyboard.press('Space')
  expect(await told(ada)).toMatch(/: Green$/)
  await ada.keyboard.press('Shift+ArrowRight')
  await ada.keyboard.press('ArrowLeft')
  expect(await told(ada)).toMatch(/: Green$/)
  await expectAccessible(ada)
  const download = ada.waitForEvent('download')
  await ada.getByRole('link', { name: 'Save as PNG' }).click()
  expect((await download).suggestedFilename()).toBe('pixels.png')
  demos.expectAllWell()
})

/** Serves from now on a page whose model has another code, and another size of the sheet. */
async function changeModel(): Promise<void> {
  const file = join(webDir, 'demos/pixels/pixels.js')
  const code = await readFile(file, 'utf8')
  const changed = code
    .replace('width: 48', 'width: 64')
    .replace('init(_options, persisted) {', 'init(_options, persisted) {\n    this.release = 2')
  await writeFile(file, changed)
}

/** Whether the next session of the demo would start from what this one handed to the box. */
async function hasPersisted(persistentId: string): Promise<boolean> {
  const clients = new RawClients()
  try {
    const url = `ws://127.0.0.1:${demos.box.port}/reflector`
    const client = await clients.connect(url, randomSessionId())
    return (await client.join({ appId: APP_ID, persistentId, user: undefined })).persisted === true
  } finally {
    await clients.closeAll()
  }
}

async function paint(page: Page, color: string, from: Cell, to: Cell): Promise<void> {
  await page.check(`[name="color"][value="${color}"]`, { force: true })
  const { columns } = await sessionOn(page)
  const box = await page.locator('[data-sheet]').boundingBox()
  if (!box) throw new Error('the sheet is not to be seen')
  const place = ([x, y]: Cell) =>
    [box.x + ((x + 0.5) * box.width) / columns, box.y + ((y + 0.5) * box.width) / columns] as const
  await page.mouse.move(...place(from))
  await page.mouse.down()
  await page.mouse.move(...place(to), { steps: 3 })
  await page.mouse.up()
}

/** Both strokes, whole, in the model and on screen, and nothing beside them. */
async function showsPicture(page: Page): Promise<void> {
  const digit = (x: number) => (x < 2 || x > 20 ? 0 : Number(RED))
  const row = Array.from({ length: 48 }, (_, x) => digit(x))
  const column = [0, ...new Array(5).fill(Number(BLUE)), 0]
  await eventually(async () => {
    const { rows } = await sessionOn(page)
    return [rows[3]?.slice(0, 48), rows.slice(7, 14).map((cells) => cells[10])]
  }).toEqual([row, column])
  await eventually(() => colorAt(page, [20, 3])).toEqual([0xc8, 0x37, 0x2d, 0xff])
  expect(await colorAt(page, [10, 12])).toEqual([0x1f, 0x5f, 0xbf, 0xff])
  expect(await colorAt(page, [21, 3])).toEqual([0xfd, 0xfd, 0xfb, 0xff])
}

function sessionOn(page: Page) {
  return page.evaluate(() => {
    const { session } = globalThis as unknown as { session: PictureSession }
    const { id, persistentId, model } = session
    const rows = model.rows.map((row) => [...row])
    return { id, persistentId, rows, columns: rows[0]?.length ?? 0, release: model.release }
  })
}

function colorAt(page: Page, [x, y]: Cell): Promise<number[]> {
  return page.locator('[data-canvas]').evaluate(
    (element, cell) => {
      const canvas = element as unknown as {
        getContext(kind: '2d'): {
          getImageData(x: number, y: number, w: number, h: number): { data: Iterable<number> }
        }
      }
      return [...canvas.getContext('2d').getImageData(...cell, 1, 1).data]
    },
    [x, y] as const,
  )
}

function told(page: Page): Promise<string | null> {
  return page.textContent('[data-announcements]')
}
