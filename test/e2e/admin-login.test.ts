import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { DoorBed } from '../support/door-bed.ts'
import { eventually } from './app-handle.ts'
import { expectAccessible } from './demo-pages.ts'
import { press, type } from './keyboard.ts'
import { Visitors } from './visitors.ts'

const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'staple and nine lives'

let visitors: Visitors
let bed: DoorBed

beforeAll(async () => {
  visitors = await Visitors.launch('evil.example')
})
afterEach(async () => {
  await visitors.leave()
  await bed.stop()
})
afterAll(() => visitors?.close())

test('[ADMIN2] [ADMIN3] link, password, dashboard, token, another password: by keyboard alone', async () => {
  bed = await DoorBed.start()
  const watched = await visitors.open(`${bed.box.url}/${bed.box.setupPath}`)
  const { page } = watched
  await expectAccessible(page)
  await type(page, 'Password', 'tooshort12')
  await type(page, 'The same again', 'tooshort13')
  await page.keyboard.press('Enter')
  await eventually(() => page.getByRole('alert').textContent()).toContain('not the same')
  await type(page, 'Password', PASSWORD)
  await type(page, 'The same again', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.url}/admin/`)
  await expectAccessible(page)
  await press(page, 'link', 'Account')
  await page.waitForURL(/account\.html$/)
  await eventually(() => page.textContent('[data-me]')).toContain('the admin password')
  await expectAccessible(page)

  await type(page, 'What is it for?', 'deploys')
  await page.keyboard.press('Enter')
  await eventually(() => page.locator('[data-tokens] li').count()).toBe(1)
  const token = await page.textContent('[data-token] code')
  expect((await asProgram(token)).status).toBe(200)
  await expectAccessible(page)
  await press(page, 'button', 'Revoke deploys')
  await eventually(() => page.locator('[data-tokens] li').count()).toBe(0)
  expect((await asProgram(token)).status).toBe(401)

  await type(page, 'The password now', PASSWORD)
  await type(page, 'The new one, at least 10 characters', OTHER_PASSWORD)
  await type(page, 'The same again', OTHER_PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/admin\/login$/)
  await type(page, 'Admin password', PASSWORD)
  await page.keyboard.press('Enter')
  await eventually(() => page.getByRole('alert').textContent()).toContain('not the admin password')
  await expectAccessible(page)
  await type(page, 'Admin password', OTHER_PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.url}/admin/`)
  const refused = /Failed to load resource: the server responded with a status of 4(00|01)/
  expect(watched.errors.filter((error) => !refused.test(error))).toEqual([])
})

test('[ADMIN3] who wanted to see a page gets there by the login, and out of it again', async () => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD })
  const { page } = await visitors.open(`${bed.box.url}/admin/account.html?x=1`)
  await type(page, 'Admin password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.url}/admin/account.html?x=1`)
  expect(await page.evaluate('document.cookie')).toBe('')
  await press(page, 'button', 'Log out')
  await page.waitForURL(/\/admin\/login$/)
  await page.goto(`${bed.box.url}/admin/`)
  expect(page.url()).toContain('/admin/login?next=admin%2F')
})

test('[ADMIN2] a link that is over says what to do', async () => {
  bed = await DoorBed.start()
  const { page } = await visitors.open(`${bed.box.url}/admin/setup/over`)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This link is over.')
  expect(await page.locator('body').textContent()).toContain('npm run admin -- reset')
  await expectAccessible(page)
})

test('[ADMIN6] no page but those of the dashboard does anything with the login of its visitor', async () => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD, BOX_ORIGINS: '*' })
  const { page } = await visitors.open(`${bed.box.url}/admin/login`)
  await type(page, 'Admin password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.url}/admin/`)
  expect(await page.evaluate(TRY_BY_KEY)).toBe(201)
  const before = await invites()

  const otherPort = await serveEmptyPage()
  try {
    for (const url of [
      `${bed.box.url}/demos/counter/`,
      `http://127.0.0.1:${otherPort.port}/`,
      `http://evil.example:${otherPort.port}/`,
    ]) {
      await page.goto(url)
      const tried = await page.evaluate(tryAll(bed.box.url))
      expect
        .soft(tried, url)
        .toEqual({ script: 'refused', form: 'sent', window: 'cut off', frame: 'refused', key: '' })
    }
  } finally {
    await otherPort.close()
  }
  expect(await invites()).toBe(before)
  await page.goto(`${bed.box.url}/admin/`)
  expect(await page.evaluate(TRY_BY_KEY)).toBe(201)
})

/** Makes an invite as pages of the dashboard do; the status that comes of it. */
const TRY_BY_KEY = `fetch('/api/v1/invites', {
  method: 'POST', body: '{"hours":1}',
  headers: { 'content-type': 'application/json', 'box-page-key': document.querySelector('[name=page-key]').content },
}).then(({ status }) => status)`

/** All that a page can do to use the login of whoever visits it. */
function tryAll(boxUrl: string): string {
  return `(async () => {
    const url = '${boxUrl}/api/v1/invites'
    const body = '{"hours":1}'
    const ask = (init) => fetch(url, { method: 'POST', body, credentials: 'include', ...init })
      .then(({ status }) => status === 201, () => false)
    const scripts = [
      await ask({ headers: { 'content-type': 'application/json' } }),
      await ask({ headers: { 'content-type': 'application/json', 'box-page-key': 'A'.repeat(43) } }),
      await ask({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
    ]
    const target = document.createElement('iframe')
    target.name = 'target'
    document.body.append(target)
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: url, target: 'target', enctype: 'text/plain' })
    const field = document.createElement('input')
    Object.assign(field, { name: '{"hours":1,"label":"', value: '"}' })
    form.append(field)
    document.body.append(form)
    form.submit()
    const frame = document.createElement('iframe')
    frame.src = '${boxUrl}/admin/'
    document.body.append(frame)
    const opened = window.open('${boxUrl}/admin/')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const read = (look) => { try { return look() ?? '' } catch { return '' } }
    const key = 'meta[name="page-key"]'
    const fetched = await fetch('${boxUrl}/admin/', { credentials: 'include' })
      .then((answer) => answer.text(), () => '')
    const keys = [
      read(() => opened.document.querySelector(key).content),
      read(() => frame.contentDocument.querySelector(key).content),
      /page-key" content="([^"]*)"/.exec(fetched)?.[1] ?? '',
    ]
    return {
      script: scripts.includes(true) ? 'done' : 'refused',
      form: 'sent',
      window: opened?.closed ? 'cut off' : 'there',
      frame: read(() => frame.contentDocument.title) === '' ? 'refused' : 'shown',
      key: keys.join(''),
    }
  })()`
}

async function invites(): Promise<string> {
  return (await bed.api('GET', '')).body
}

function asProgram(token: string | null) {
  const headers = { authorization: `Bearer ${token}` }
  return bed.ask({ path: '/api/v1/me', headers })
}

async function serveEmptyPage(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><body></body>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
