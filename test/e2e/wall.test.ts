import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import type { WatchedPage } from '../support/browser.ts'
import { DoorBed } from '../support/door-bed.ts'
import { eventually } from './app-handle.ts'
import { type } from './keyboard.ts'
import { Visitors } from './visitors.ts'

const PASSWORD = 'correct horse battery'
const ADMIN_PATHS = ['/admin/', '/admin/login', '/admin/account.html', '/metrics', '/sessions']
const API_PATHS = ['/api/v1/me', '/api/v1/invites', '/api/v1/events', '/api/v1/backup']
const TRY_MS = 1500
/** Each request of a browser full of cookies is as long as a picture, and watched (ms). */
const SLOW_MS = 180_000

let visitors: Visitors
let bed: DoorBed

beforeAll(async () => {
  visitors = await Visitors.launch()
})
afterEach(async () => {
  await visitors.leave()
  await bed.stop()
})
afterAll(() => visitors?.close())

/** A box with an app that means harm, open to every origin, so that nothing but the wall stands in its way. */
async function start(): Promise<void> {
  bed = await DoorBed.start({
    ...{ BOX_ADMIN_PASSWORD: PASSWORD, BOX_ACCESS: 'open', BOX_ORIGINS: '*' },
  })
  const api = await AppApi.of(bed.box.adminUrl, bed.filesDir)
  const html = '<!doctype html><title>Harm</title><body></body>'
  await api.deploy('harm', await zipOf({ 'index.html': html, 'sw.js': '' }))
}

const appUrl = () => `${bed.box.url}/apps/harm/`

async function logIn({ page }: WatchedPage): Promise<void> {
  await page.goto(`${bed.box.adminUrl}/admin/login`)
  await type(page, 'Admin password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
  await eventually(() => page.textContent('[data-verdict]')).toContain('working')
}

test('[ADMIN6] the address that an app can give itself is never the dashboard’s', async () => {
  await start()
  const { page } = await visitors.open(appUrl())
  await page.evaluate("history.pushState(null, '', '/admin/login')")
  expect(page.url()).toBe(`${bed.box.url}/admin/login`)
  expect(new URL(page.url()).origin).not.toBe(new URL(bed.box.adminUrl).origin)
  const changed = await page.evaluate(
    `(() => { try { history.pushState(null, '', '${bed.box.adminUrl}/admin/login'); return true } catch { return false } })()`,
  )
  expect(changed).toBe(false)
  // Whoever reloads it is at the real one.
  await page.reload()
  expect(page.url()).toBe(`${bed.box.adminUrl}/admin/login`)
})

test('[ADMIN6] an app reads nothing of the dashboard, also while an admin is logged in', async () => {
  await start()
  const watched = await visitors.open(appUrl())
  await logIn(watched)
  const { page } = watched
  const invites = (await bed.api('GET', '')).body
  await page.goto(appUrl())
  for (const origin of [bed.box.adminUrl, bed.box.url]) {
    const tried = await page.evaluate(tryAll(origin))
    expect.soft(tried, origin).toEqual({ read: [], framed: [], seen: [], made: [] })
  }
  expect((await bed.api('GET', '')).body).toBe(invites)
  expect(await page.evaluate('JSON.stringify(localStorage)')).toBe('{}')
  await page.goto(`${bed.box.adminUrl}/admin/`)
  await eventually(() => page.textContent('[data-verdict]')).toContain('working')
})

test(
  '[ADMIN6] no cookie of an app keeps an admin from logging in and working',
  async () => {
    await start()
    const watched = await visitors.open(appUrl())
    const { page } = watched
    page.setDefaultTimeout(SLOW_MS)
    expect(await page.evaluate(FLOOD)).toBeGreaterThan(100)
    // Where apps are, that is too much.
    expect((await page.goto(`${bed.box.url}/`))?.status()).toBe(431)
    await page.goto(`${bed.box.adminUrl}/admin/login?next=/admin/account.html`)
    expect(await page.evaluate('document.cookie.length')).toBeGreaterThan(400_000)
    await type(page, 'Admin password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${bed.box.adminUrl}/admin/account.html`)
    await page.getByText('You are in by the admin password').waitFor()
    await type(page, 'What is it for?', 'deploys')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Revoke deploys' }).waitFor()
  },
  SLOW_MS,
)

test('[ADMIN11] nothing where apps are asks for the admin password', async () => {
  await start()
  const setUp = bed.box.setupPath ?? 'admin/setup/over'
  for (const path of [...ADMIN_PATHS, ...API_PATHS, `/${setUp}`, '/', '/apps/harm/', '/nothing']) {
    for (const headers of [{ accept: 'text/html' }, {}]) {
      const { body } = await bed.ask({ path }, headers)
      expect.soft(body, path).not.toMatch(/type="?password|admin password/i)
    }
  }
  for (const path of ['login.js', 'login-token.js', 'common/theme.css', 'lib/']) {
    expect((await bed.ask({ path: `/admin/${path}` })).status).toBe(307)
  }
})

/** Sets as many cookies, as large, as a browser takes. @returns how many there are */
const FLOOD = `(() => {
  const value = 'x'.repeat(4000)
  for (let i = 0; i < 300; i += 1) {
    document.cookie = 'flood' + i + '=' + value + '; path=/'
    if (i % 6 === 0) document.cookie = 'admin' + i + '=' + value + '; path=/admin'
  }
  for (const name of ['box-access', 'box-admin', '__Host-box-admin']) {
    document.cookie = name + '=forged; path=/'
  }
  return document.cookie.split('; ').length
})()`

/** All that an app can do to get at the dashboard. */
function tryAll(origin: string): string {
  return `(async () => {
    const origin = '${origin}'
    const paths = ${JSON.stringify([...ADMIN_PATHS, ...API_PATHS])}
    const read = []
    for (const path of paths) {
      for (const init of [{}, { credentials: 'include' }, { headers: { authorization: 'Bearer x' } }, { method: 'POST', body: '{"hours":1}' }]) {
        const answer = await fetch(origin + path, { redirect: 'follow', ...init }).catch(() => undefined)
        // Where apps are, they may read what anybody may: that there is nothing.
        const isNews = answer && (answer.ok || origin !== location.origin)
        if (isNews) read.push(path + ' ' + answer.status)
      }
    }
    const made = []
    const form = await fetch(origin + '/api/v1/invites', { method: 'POST', mode: 'no-cors', body: '{"hours":1}', headers: { 'content-type': 'text/plain' } }).catch(() => undefined)
    if (form?.ok) made.push('form')
    const framed = []
    const seen = []
    const looks = paths.map((path) => {
      const frame = document.createElement('iframe')
      frame.src = origin + path
      document.body.append(frame)
      return [path, frame, open(origin + path)]
    })
    await new Promise((resolve) => setTimeout(resolve, ${TRY_MS}))
    const textOf = (look) => {
      try { return look() } catch { return '' }
    }
    // Of where apps are, the sentence about the API.
    const isNews = (text) => text !== '' && !text.includes('"status":421')
    for (const [path, frame, opened] of looks) {
      if (isNews(textOf(() => frame.contentDocument.body.textContent))) framed.push(path)
      if (isNews(textOf(() => opened.document.body.textContent))) seen.push(path)
      frame.remove()
      textOf(() => opened.close())
    }
    return { read, framed, seen, made }
  })()`
}
