import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { DoorBed } from '../support/door-bed.ts'
import { eventually } from './app-handle.ts'
import { DashboardPage } from './dashboard-page.ts'
import { expectAccessible, WEB_DIR } from './demo-pages.ts'
import { Visitors } from './visitors.ts'

const OLD_CLIENT = join(import.meta.dirname, '../../node_modules/croquet-1.1.0/pub/croquet.min.js')
const FROM_ADMIN = 'From the admin of this box'

/** Apps by what they load, and whether they have the client show its messages. */
const APPS = {
  croquet: { script: 'https://unpkg.com/@croquet/croquet@2.0.4', messages: false },
  multisynq: { script: 'https://unpkg.com/@multisynq/client@1.1.0', messages: false },
  old: { script: 'client.js', messages: false },
  'croquet-toasts': { script: 'https://unpkg.com/@croquet/croquet@2.0.4', messages: true },
  'multisynq-toasts': { script: 'https://unpkg.com/@multisynq/client@1.1.0', messages: true },
} as const
type AppName = keyof typeof APPS

let webDir: string
let bed: DoorBed
let visitors: Visitors

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await cp(WEB_DIR, webDir, { recursive: true })
  for (const name of Object.keys(APPS) as AppName[]) await put(name, pageOf(name))
  await copyFile(OLD_CLIENT, join(webDir, 'apps/old/client.js'))
  await put('framed', '<title>Framed</title><iframe src="../croquet/" width="600" height="400">')
  bed = await DoorBed.start({ BOX_WEB_DIR: webDir })
  visitors = await Visitors.launch()
})
afterEach(() => visitors.leave())
afterAll(async () => {
  await visitors?.close()
  await bed?.stop()
  await rm(webDir, { recursive: true })
})

test('[INFO2] [INFO3] a demo shows a notice, also to a viewer, and the dashboard says how many did', async () => {
  const { token } = await bed.invite({ role: 'viewer' })
  const { page: ada } = await visitors.open(`${bed.box.url}/demos/counter/`)
  const { page: viewer } = await visitors.open(`${bed.box.url}/invite/${token}`)
  await viewer.goto(`${bed.box.url}/demos/counter/`)
  await eventually(() => shownOn(viewer)).toEqual([expect.stringContaining('You only watch here')])
  const id = await sessionOf('io.croquet-in-a-box.counter')
  const dashboard = await DashboardPage.open(bed.box, visitors, `session.html?id=${id}`)
  const outcome = await send(dashboard, '<b>Lunch</b> & tea')
  await eventually(() => outcome.textContent()).toBe('Sent to 2 people. 2 pages showed it.')
  for (const page of [ada, viewer]) {
    expect(await shownOn(page)).toContain(`${FROM_ADMIN}<b>Lunch</b> & tea×`)
  }
  // It does not lie over the middle of the app, nor take the keys from it.
  const height = ada.viewportSize()?.height ?? 0
  const box = await ada.locator('box-notice div').boundingBox()
  expect(box?.y).toBeGreaterThan(height / 2)
  expect(await ada.evaluate('document.activeElement === document.body')).toBe(true)
  await expectAccessible(ada)
  await ada.getByRole('button', { name: 'Close this notice' }).click()
  expect(await shownOn(ada)).toEqual([])
})

test('[INFO2] [INFO3] an app with any client shows a notice once, by the client or by the box', async () => {
  await Promise.all((Object.keys(APPS) as AppName[]).map(showsOnce))
})

async function showsOnce(name: AppName): Promise<void> {
  const { page } = await joined(`${bed.box.url}/apps/${name}/`)
  const words = `Lunch for ${name}`
  const path = `/sessions/${await sessionOf(`io.test.${name}`)}/notices`
  const { id } = (await ask(path, { text: words })) as { id: number }
  await eventually(() => ask(`${path}/${id}`)).toEqual({ id, told: 1, seen: 1 })
  const toasts = await page.locator('.toastify', { hasText: words }).count()
  const notices = (await shownOn(page)).filter((text) => text.includes(words)).length
  expect([name, toasts, notices]).toEqual(APPS[name].messages ? [name, 1, 0] : [name, 0, 1])
}

test('[INFO2] a page in a frame shows it there, and one that nobody can see yet when it is seen', async () => {
  const { page } = await visitors.open(`${bed.box.url}/apps/framed/`)
  const frame = page.frameLocator('iframe')
  await eventually(() => frame.locator('body').textContent()).toContain('joined')
  await page.evaluate("document.querySelector('iframe').style.display = 'none'")
  const path = `/sessions/${await sessionOf('io.test.croquet')}/notices`
  const { id } = (await ask(path, { text: 'Lunch' })) as { id: number }
  await eventually(() => frame.locator('box-notice').count()).toBe(1)
  const { id: again } = (await ask(path, { text: 'Lunch' })) as { id: number }
  expect(await ask(`${path}/${id}`)).toEqual({ id, told: 1, seen: 0 })
  await page.evaluate("document.querySelector('iframe').style.display = ''")
  // The same words twice are shown once, and both are counted.
  for (const each of [id, again]) {
    await eventually(() => ask(`${path}/${each}`)).toEqual({ id: each, told: 1, seen: 1 })
  }
  expect(await frame.locator('box-notice div').allTextContents()).toEqual([`${FROM_ADMIN}Lunch×`])
  expect(await shownOn(page)).toEqual([])
})

test('[INFO2] of many notices the newest three are shown', async () => {
  const { page } = await joined(`${bed.box.url}/apps/multisynq/`)
  const path = `/sessions/${await sessionOf('io.test.multisynq')}/notices`
  for (const text of ['one', 'two', 'three', 'four']) {
    await ask(path, { text })
    await eventually(() => shownOn(page)).toContain(`${FROM_ADMIN}${text}×`)
  }
  const texts = ['two', 'three', 'four'].map((words) => `${FROM_ADMIN}${words}×`)
  expect(await shownOn(page)).toEqual(texts)
})

function pageOf(name: AppName): string {
  const { script, messages } = APPS[name]
  const library = script.includes('multisynq') ? 'Multisynq' : 'Croquet'
  return `<title>${name}</title><meta charset="utf-8"><script src="${script}"></script><body><script>
    class Count extends ${library}.Model {}
    Count.register('Count')
    ${library}.App.messages = ${messages}
    ${library}.Session.join({
      appId: 'io.test.${name}', name: 'one', password: 'secret', apiKey: 'none', model: Count,
    }).then(() => document.body.append('joined'))
  </script>`
}

async function put(name: string, html: string): Promise<void> {
  await mkdir(join(webDir, 'apps', name), { recursive: true })
  const page = `<!doctype html><html lang="en"><head>${html}`
  await writeFile(join(webDir, 'apps', name, 'index.html'), page)
}

async function joined(url: string): Promise<{ readonly page: Page }> {
  const { page } = await visitors.open(url)
  await eventually(() => page.textContent('body')).toContain('joined')
  return { page }
}

/** Asks the API of the box; with a body, to do something. */
async function ask(path: string, body?: object): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${await bed.adminToken()}`,
    ...(body && { 'content-type': 'application/json' }),
  }
  const request = body ? { method: 'POST', body: JSON.stringify(body) } : {}
  return (await fetch(`${bed.box.adminUrl}/api/v1${path}`, { headers, ...request })).json()
}

async function sessionOf(appId: string): Promise<string> {
  const { sessions } = (await ask('/sessions')) as {
    sessions: ReadonlyArray<{ id: string; app: string }>
  }
  return sessions.find(({ app }) => app === appId)?.id ?? ''
}

const shownOn = (page: Page) => page.locator('box-notice div').allTextContents()

/** Sends a notice by the dashboard; what comes back says how it gets on. */
async function send({ page }: DashboardPage, words: string) {
  await page.click('[data-action="notice"]')
  expect(await page.textContent('dialog h2')).toContain('Send a notice to “io.')
  await page.fill('dialog textarea', words)
  await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  return page.locator('dialog .outcome')
}
