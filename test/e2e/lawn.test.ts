import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DemoPages, expectAccessible, hasJoined } from './demo-pages.ts'

/** What the page's session is to the tests. */
interface LawnSession {
  readonly model: {
    readonly id: string
    readonly people: ReadonlyMap<string, Thing>
    readonly balls: readonly Thing[]
  }
  readonly view: {
    readonly viewId: string
    publish(scope: string, event: string, data: unknown): void
    subscribe(scope: string, event: object, handler: () => void): void
  }
}

interface Thing {
  readonly x: number
  readonly z: number
}

let demos: DemoPages

beforeAll(async () => {
  demos = await DemoPages.start()
})

afterEach(() => demos.leave())

afterAll(() => demos?.close())

test('balls go where people push them, by key and finger, and count for all, also tomorrow', async () => {
  const ada = await openLawn('localhost')
  const bob = await openLawn('127.0.0.1')
  await ada.locator('[data-stage]').focus()
  await ada.keyboard.down('ArrowUp')
  await eventually(async () => (await lawnOn(bob)).people[0]?.z).toBeLessThan(6)
  await ada.keyboard.up('ArrowUp')
  // The middle of the lawn, where the big ball is, is a little above the middle of the picture.
  const { width, height } = await stageBox(bob)
  await bob.locator('[data-stage]').click({ position: { x: width / 2, y: 0.4 * height } })
  await eventually(async () => (await lawnOn(ada)).balls.at(-1)?.z).toBeLessThan(-0.2)

  for (const page of [ada, bob]) await noteLawnAtPass(page)
  await ada.click('[data-start-over]')
  await walkTo(ada, [-5, 5])
  await eventually(async () => (await ownPlace(ada)).x).toBeCloseTo(-5, 1)
  await walkTo(ada, [-5, -3])
  for (const page of [ada, bob]) {
    await eventually(() => page.textContent('[data-passes]')).toBe('1')
    expect(await page.textContent('[data-announcements]')).toBe('Through a hoop! 1 so far.')
  }
  expect(await lawnAtPass(bob)).toBe(await lawnAtPass(ada))
  await ada.locator('[data-stage]').press('Space')
  expect(await ada.textContent('[data-announcements]')).toMatch(/^You, \w+, are .* steps away\.$/)
  await expectAccessible(ada)

  await demos.restart()
  const tomorrow = await openLawn('127.0.0.1')
  expect(await tomorrow.textContent('[data-passes]')).toBe('1')
  demos.expectAllWell()
})

test('without WebGL the page says so, and keys still move you', async () => {
  const ada = await openLawn('localhost')
  await ada.addInitScript('HTMLCanvasElement.prototype.getContext = () => null')
  await ada.reload()
  await hasJoined(ada)
  expect(await ada.getByRole('alert').textContent()).toContain('shows no 3D graphics')
  await eventually(async () => (await lawnOn(ada)).people.length).toBe(1)
  const before = await ownPlace(ada)
  await ada.keyboard.press('ArrowUp', { delay: 300 })
  await eventually(async () => (await ownPlace(ada)).z).toBeLessThan(before.z)
  await expectAccessible(ada)
})

/** In a small window: it is painted without a graphics card here. */
async function openLawn(host: 'localhost' | '127.0.0.1'): Promise<Page> {
  const page = await demos.open(host, '3d')
  await page.setViewportSize({ width: 480, height: 400 })
  return page
}

async function stageBox(page: Page) {
  const found = await page.locator('[data-stage]').boundingBox()
  if (!found) throw new Error('the lawn is not to be seen')
  return found
}

function lawnOn(page: Page): Promise<{ people: readonly Thing[]; balls: readonly Thing[] }> {
  return page.evaluate(() => {
    const { model } = (globalThis as unknown as { session: LawnSession }).session
    return { people: [...model.people.values()], balls: [...model.balls] }
  })
}

function ownPlace(page: Page): Promise<Thing> {
  return page.evaluate(() => {
    const { model, view } = (globalThis as unknown as { session: LawnSession }).session
    return model.people.get(view.viewId) ?? { x: 0, z: 0 }
  })
}

async function walkTo(page: Page, goal: readonly [x: number, z: number]): Promise<void> {
  await page.evaluate((place) => {
    const { model, view } = (globalThis as unknown as { session: LawnSession }).session
    view.publish(model.id, 'walk-to', { by: view.viewId, goal: place })
  }, goal)
}

/** Has the page keep how all of the lawn is at the very teatime when a ball passes a hoop. */
async function noteLawnAtPass(page: Page): Promise<void> {
  await page.evaluate(() => {
    const page = globalThis as unknown as { session: LawnSession; lawnAtPass?: string }
    const { model, view } = page.session
    view.subscribe(model.id, { event: 'passed', handling: 'immediate' }, () => {
      page.lawnAtPass = JSON.stringify([[...model.people], model.balls])
    })
  })
}

async function lawnAtPass(page: Page): Promise<string> {
  return String(await page.evaluate('lawnAtPass'))
}
