import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { AppPage } from './app-page.ts'
import { DashboardPage } from './dashboard-page.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

/** Clients ignore a request for a snapshot in a session younger than this (ms of teatime). */
const FIRST_SNAPSHOT_AFTER_MS = 5000

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

test('another version of the app, and a wrong password, are named in words', async () => {
  const session = newSession()
  const ada = await visitors.join(box.url, session)
  await visitors.join(box.url, { ...session, release: 2 })
  const eve = new AppPage(await visitors.open(box.url))
  await eve.beginJoin({ ...session, password: 'guess' })
  await eventually(() => eve.errors).toContainEqual(expect.stringContaining('4200'))
  await dashboard.goTo(`session.html?id=${(await ada.state()).sessionId}`)
  await eventually(() => dashboard.findings()).toEqual([
    'Some people run another version of the app',
    'Somebody has another password',
  ])
})

test('a session that has diverged names who is other, and a lost snapshot is noticed', async () => {
  const session = newSession()
  const ada = await visitors.join(box.url, session)
  const bob = await visitors.join(box.url, session)
  await visitors.join(`http://localhost:${box.port}`, session)
  await bob.spoil()
  await eventually(async () => (await ada.state()).teatime).toBeGreaterThan(FIRST_SNAPSHOT_AFTER_MS)
  await ada.snapshot()
  const { sessionId } = await ada.state()
  await dashboard.goTo(`session.html?id=${sessionId}`)
  await eventually(() => dashboard.findings()).toEqual([
    'People see different things: the session has diverged',
    'People reach the box by different addresses',
  ])
  const { viewId } = await bob.state()
  await eventually(() => dashboard.text()).toContain(`${viewId} (127.0.0.1) has something else`)

  await eventually(() => dashboard.text()).toContain('The newest is')
  const folder = join(box.filesDir, 'uploads/snapshots', sessionId)
  expect(await readdir(folder)).not.toEqual([])
  await rm(folder, { recursive: true })
  await visitors.join(box.url, session)
  await dashboard.goTo(`session.html?id=${sessionId}`)
  await eventually(() => dashboard.findings()).toContain('A snapshot’s file is gone')
})
