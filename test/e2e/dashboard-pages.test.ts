import { stat } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { eventually } from './app-handle.ts'
import { DashboardPage } from './dashboard-page.ts'
import { expectAccessible } from './demo-pages.ts'
import { LastingBox } from './lasting-box.ts'
import { longestFrame, servedWith } from './many-sessions.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const MANY = 5000
/** What is seen is drawn in 20 ms, in several times that on a full machine; all rows would take a second (ms). */
const LONG_FRAME_MS = 250

let box: LastingBox
let visitors: Visitors
let dashboard: DashboardPage

beforeAll(async () => {
  box = await LastingBox.start(APP_DIR)
  visitors = await Visitors.launch()
})
beforeEach(async () => {
  dashboard = await DashboardPage.open(box, visitors)
})
afterEach(() => visitors.leave())
afterAll(async () => {
  await visitors?.close()
  await box?.close()
})

test('files, log and backup', async () => {
  const { page } = dashboard
  await dashboard.goTo('files.html')
  await eventually(() => page.textContent('h1')).toBe('No files yet')
  expect(await dashboard.act('[data-collect]', 'Clear away')).toMatch(/^There was nothing/)
  await expectAccessible(page)
  await dashboard.goTo('log.html')
  await eventually(() => dashboard.text()).toContain('noted for the audit')
  await visitors.join(box.url, newSession({ name: 'seen in the log' }))
  await eventually(() => dashboard.text()).toContain('seen in the log')
  await expectAccessible(page)
  await dashboard.goTo('backup.html')
  await expectAccessible(page)
  const saving = page.waitForEvent('download')
  const [file] = await Promise.all([saving, page.click('[data-backup]')])
  expect(file.suggestedFilename()).toMatch(/^box-[\d-]{10}\.tar$/)
  expect((await stat(await file.path())).size).toBeGreaterThan(10_000)
  expect(dashboard.errors).toEqual([])
})

test('a table of 5,000 sessions is scrolled, sorted and filtered without a long frame', async () => {
  const { page } = dashboard
  await servedWith(page, MANY)
  await page.reload()
  await eventually(() => page.textContent('[data-count]')).toBe('5,000 sessions')
  expect(await page.locator('.vt-body .vt-row').count()).toBeLessThan(100)
  expect(await longestFrame(page, 'class 4321')).toBeLessThan(LONG_FRAME_MS)
  expect(await page.textContent('[data-count]')).toBe('1 of 5,000')
  expect(await page.textContent('.vt-body .vt-row:not([hidden]) .vt-name')).toBe('class 4321')
})

test('a page that is left open recovers when the box is back, and says when a login is over', async () => {
  const { page } = dashboard
  await box.restart()
  await visitors.join(box.url, newSession({ name: 'after the restart' }))
  await eventually(() => dashboard.text()).toContain('after the restart')
  await eventually(() => page.textContent('[data-banner]')).toBe('')

  await page.evaluate('localStorage.clear()')
  await box.restart()
  const banner = page.locator('[data-banner]')
  await eventually(() => banner.textContent()).toBe('You are not logged in any more. Log in')
  const link = new URL((await banner.getByRole('link').getAttribute('href')) ?? '')
  expect([link.pathname, link.searchParams.get('next')]).toEqual(['/admin/login', '/admin/'])
})
