import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { DashboardPage } from './dashboard-page.ts'
import { expectAccessible } from './demo-pages.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** How soon the dashboard shows who came. */
const SOON_MS = 2000
/** After this nobody is expected back, and the dashboard has looked again. */
const PARKED_MS = 30_000

let box: TestBox
let visitors: Visitors
let dashboard: DashboardPage

beforeAll(async () => {
  box = await startBox({ BOX_WEB_DIR: APP_DIR })
  visitors = await Visitors.launch()
})
beforeEach(async () => {
  dashboard = await DashboardPage.open(box, visitors)
})
afterEach(() => visitors.leave())
afterAll(async () => {
  await visitors?.close()
  await box?.stop()
})

/** A session that two people are in. */
async function meeting(name: string) {
  const session = newSession({ name })
  const ada = await visitors.join(box.url, session)
  const bob = await visitors.join(box.url, session)
  return { session, ada, bob, ...(await ada.state()) }
}

test('a new session and both its users are there within two seconds', async () => {
  const row = dashboard.page.locator('.vt-body .vt-row', { hasText: 'a new one' })
  const { ada, bob } = await meeting('a new one')
  await expect.poll(() => row.locator('.vt-users').textContent(), { timeout: SOON_MS }).toBe('2')
  await row.getByRole('link').click()
  for (const { viewId } of [await ada.state(), await bob.state()]) {
    await eventually(() => dashboard.text()).toContain(viewId)
  }
  await eventually(() => dashboard.findings()).toEqual([
    'Nothing is wrong here, as far as the box can tell',
  ])
  await expectAccessible(dashboard.page)
  expect(dashboard.errors).toEqual([])
})

test('a notice arrives, a disconnected user is gone, a closed session closed, a deleted one new', async () => {
  const { ada, bob, session, sessionId } = await meeting('to be closed')
  await bob.showMessages()
  await ada.publish('add', 5)
  await ada.shows({ count: 5 })
  await dashboard.goTo(`session.html?id=${sessionId}`)
  const { viewId } = await bob.state()
  const told = await dashboard.act('[data-action="notice"]', 'Send', 'Lunch is ready')
  // Their page has no script of the box: nobody knows whether it shows it.
  expect(told).toContain('Sent to 2 people. No page has shown it yet.')
  await eventually(() => bob.toasts()).toContain('Lunch is ready')

  const disconnect = `button[aria-label="Disconnect ${viewId}"]`
  expect(await dashboard.act(disconnect, 'Disconnect')).toBe(`${viewId} is disconnected.`)
  await eventually(() => bob.errors).toContainEqual(expect.stringContaining('4123'))
  await eventually(() => dashboard.text()).not.toContain(viewId)
  await ada.shows({ visits: expect.arrayContaining([['exit', viewId]]) })

  expect(await dashboard.act('[data-action="close"]', 'Close it')).toBe('It is closed.')
  await eventually(() => ada.errors).toContainEqual(expect.stringContaining('4123'))
  await eventually(() => dashboard.text()).toContain('It is not open any more')
  const back = await visitors.join(box.url, session)
  await back.shows({ sessionId, count: 5 })
  await eventually(() => dashboard.page.getAttribute('body', 'data-state')).toBe('open')

  expect(await dashboard.act('[data-action="delete"]', 'Delete it')).toBe('It is deleted.')
  const anew = await visitors.join(box.url, session)
  await anew.shows({ sessionId, count: 0 })
})

test('a session that everybody left is found among those that nobody is in, and deleted for good', async () => {
  const { page } = dashboard
  const { ada, bob, session } = await meeting('left behind')
  await ada.publish('add', 5)
  await ada.shows({ count: 5 })
  await Promise.all([ada.close(), bob.close()])
  const line = page.locator('.parked tr', { hasText: 'left behind' })
  await expect.poll(() => line.count(), { timeout: PARKED_MS }).toBe(1)
  await page.fill('[data-filter]', 'no such words')
  await eventually(() => line.count()).toBe(0)
  await page.fill('[data-filter]', 'LEFT behind')
  await eventually(() => line.count()).toBe(1)
  await expectAccessible(page)
  expect(await dashboard.act('.parked button', 'Delete it')).toBe('It is deleted.')
  await eventually(() => line.count()).toBe(0)
  const anew = await visitors.join(box.url, session)
  await anew.shows({ count: 0 })
  expect(dashboard.errors).toEqual([])
})

test('who comes while the page asks for what else is on screen is there as soon', async () => {
  const { page } = dashboard
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  await page.route(/\/events\?.*rows=\w/, async (route) => {
    asked.resolve()
    await answered.promise
    await route.continue()
  })
  await visitors.join(box.url, newSession({ name: 'before' }))
  await asked.promise
  await visitors.join(box.url, newSession({ name: 'meanwhile' }))
  await eventually(() => dashboard.text()).toContain('meanwhile')
  answered.resolve()
})

test('who comes while the list is on its way is there as soon', async () => {
  const { page } = dashboard
  await eventually(() => dashboard.text()).toContain('Your box is working')
  let lists = 0
  await page.route(/\/sessions\?/, async (route) => {
    const response = await route.fetch()
    lists += 1
    // The first comes before the page is told what is new, the second when it is.
    if (lists === 2) {
      const told = page.waitForRequest(/\/events\?.*rows=\w/)
      await Promise.all([told, visitors.join(box.url, newSession({ name: 'on the way' }))])
    }
    await route.fulfill({ response })
  })
  await page.reload()
  await eventually(() => lists).toBe(2)
  await eventually(() => dashboard.text()).toContain('on the way')
  await page.unrouteAll({ behavior: 'wait' })
})
