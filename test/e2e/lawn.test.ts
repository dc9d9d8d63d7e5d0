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

test('all push the same balls, by key and finger, with WebGL or without, also tomorrow', async () => {
  const ada = await demos.open('localhost', '3d')
  // Painted without a graphics card, as here, a large picture takes its time.
  await ada.setViewportSize({ width: 480, height: 400 })
  const bob = await demos.open('127.0.0.1', '3d')
  await turnWebGlOff(bob)
  expect(await bob.getByRole('alert').textContent()).toContain('shows no 3D graphics')
  expect(await ada.getByRole('alert').count()).toBe(0)
  await expectAccessible(bob)

  await bob.keyboard.down('ArrowUp')
  await eventually(async () => (await lawnOn(ada)).people.some(({ z }) => z < 6)).toBe(true)
  await bob.keyboard.up('ArrowUp')
  // The middle of the lawn, where the big ball is, is a little above the middle of the picture.
  const { width, height } = await stageBox(ada)
  await ada.locator('[data-stage]').click({ position: { x: width / 2, y: 0.4 * height } })
  await eventually(async () => (await lawnOn(bob)).balls.at(-1)?.z).toBeLessThan(-0.2)

  for (const page of [ada, bob]) await noteLawnAtPass(page)
  await ada.click('[data-start-over]')
  await walkTo(bob, [-5, 5])
  await eventually(async () => (await ownPlace(bob)).x).toBeCloseTo(-5, 1)
  await walkTo(bob, [-5, -3])
  for (const page of [ada, bob]) {
    await eventually(() => page.textContent('[data-passes]')).toBe('1')
    expect(await page.textContent('[data-announcements]')).toBe('Through a hoop! 1 so far.')
  }
  expect(await lawnAtPass(bob)).toBe(await lawnAtPass(ada))
  await ada.locator('[data-stage]').press('Space')
  expect(await ada.textContent('[data-announcements]')).toMatch(/^You, \w+, are .* steps away\.$/)
  await expectAccessible(ada)

  await demos.restart()
  const tomorrow = await demos.open('127.0.0.1', '3d')
  expect(await tomorrow.textContent('[data-passes]')).toBe('1')
  demos.expectAllWell()
})

/** Reloads the page in a browser that has none. */
async function turnWebGlOff(page: Page): Promise<void> {
  await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null')
  await page.reload()
  await hasJoined(page)
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
