import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { shownApp } from '../support/app-api.ts'
import { DoorBed } from '../support/door-bed.ts'
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts'
import { eventually } from './app-handle.ts'
import { DashboardPage } from './dashboard-page.ts'
import { expectAccessible } from './demo-pages.ts'
import { Visitors } from './visitors.ts'

const WATCHING = 'You only watch here: what you do is not sent to the others.'
const JOIN = `
  class Count extends Croquet.Model {}
  Count.register('Count')
  Croquet.Session.join({
    appId: 'io.test.watch', name: 'one', password: 'secret', apiKey: 'none', model: Count,
  }).then(() => document.body.append('joined'))`
const CLIENT = '<script src="https://unpkg.com/@croquet/croquet@2.0.4"></script>'

let webDir: string
let elsewhere: Server
let bed: DoorBed
let proxy: PrefixProxy
let visitors: Visitors
/** A host that is there, beside those that are not. */
let there: string

beforeAll(async () => {
  elsewhere = createServer((_request, response) => {
    const headers = { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }
    response.writeHead(200, headers).end('0')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  there = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await writeFile(join(webDir, 'favicon.ico'), '')
  await put('asks', [
    '<title>Asks</title><link rel="stylesheet" href="https://fonts.invalid/css?key=secret">',
    `<script src="http://${there}/there.js"></script>${CLIENT}`,
    `<body><script>${JOIN}`,
    "fetch('https://api.invalid/sign/join').catch(() => {})",
    "try { new WebSocket('wss://cloud.invalid/reflector') } catch {}",
    `fetch('http://${there}/data').catch(() => {})`,
    "import('https://modules.invalid/a.js').catch(() => {})</script>",
  ])
  await put('strict', [
    '<meta http-equiv="content-security-policy" content="connect-src \'none\'">',
    `<title>Strict</title>${CLIENT}<body>as it is`,
  ])
  await put('plain', [`<title>Plain</title>${CLIENT}<body><script>${JOIN}</script>`])
  bed = await DoorBed.start({ BOX_WEB_DIR: webDir })
  proxy = await startPrefixProxy(bed.box.port, '/team/x')
  visitors = await Visitors.launch()
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await proxy?.stop()
  await bed?.stop()
  elsewhere.close()
  await rm(webDir, { recursive: true })
})

test('what a page asks of the internet is told to the box, by host alone, and whether it came', async () => {
  await visitors.open(`${proxy.url}/apps/asks/`)
  await eventually(() => askedBy('asks')).toEqual([
    { host: there, got: 1, vain: 0, unclear: 0 },
    { host: 'api.invalid', got: 0, vain: 1, unclear: 0 },
    { host: 'cloud.invalid', got: 0, vain: 1, unclear: 0 },
    expect.objectContaining({ host: 'fonts.invalid', got: 0, vain: 1 }),
    expect.objectContaining({ host: 'modules.invalid', got: 0, vain: 1 }),
  ])
  expect(bed.box.logLines.join('\n')).not.toContain('secret')
  const dashboard = await DashboardPage.open(bed.box, visitors, 'apps.html')
  await eventually(() => dashboard.text()).toContain(
    'While people used it, it asked: api.invalid, in vain; cloud.invalid, in vain; fonts.invalid, in vain; ',
  )
  expect(await dashboard.text()).toContain(`modules.invalid, in vain; ${there}, got`)
})

test('a page with a strict policy runs as it is, and tells nothing', async () => {
  const { page } = await visitors.open(`${bed.box.url}/apps/strict/`)
  expect(await page.textContent('body')).toContain('as it is')
  expect(await askedBy('strict')).toEqual([])
  expect(await page.locator('box-notice').count()).toBe(0)
})

test.each(['light', 'dark'] as const)(
  '[ROLE9] a viewer reads that they only watch, on a phone in %s colours, until they close it',
  async (colorScheme) => {
    const { token } = await bed.invite({ role: 'viewer' })
    const { page } = await visitors.open(`${bed.box.url}/invite/${token}`)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme })
    await page.goto(`${bed.box.url}/apps/plain/`)
    const notice = page.getByRole('status')
    await eventually(() => notice.textContent()).toContain(WATCHING)
    await eventually(() => page.textContent('body')).toContain('joined')
    const box = await notice.boundingBox()
    expect(box?.width).toBeLessThanOrEqual(390 - 24)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(844)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    // The app keeps the keys.
    expect(await page.evaluate('document.activeElement === document.body')).toBe(true)
    await page.getByRole('button', { name: 'Close this notice' }).click()
    await page.reload()
    await eventually(() => page.textContent('body')).toContain('joined')
    expect(await page.locator('box-notice').count()).toBe(0)
  },
)

test('a participant reads nothing of it; when the box closes their session they read why', async () => {
  const { page } = await visitors.open(`${bed.box.url}/apps/plain/`)
  await eventually(() => page.textContent('body')).toContain('joined')
  expect(await page.locator('box-notice').count()).toBe(0)
  const dashboard = await DashboardPage.open(bed.box, visitors)
  await dashboard.page.locator('.vt-body .vt-row:not([hidden])').first().getByRole('link').click()
  await dashboard.act('[data-action="close"]', 'Close it')
  await eventually(() => page.getByRole('status').textContent()).toContain('closed')
})

test('the dashboard lists who was turned away, live, until that was seen to', async () => {
  const dashboard = await DashboardPage.open(bed.box, visitors)
  expect(await dashboard.page.getByRole('heading', { name: 'Turned away' }).isVisible()).toBe(false)
  const origin = 'https://school.example'
  const neighbour = { origin, 'x-forwarded-for': '192.168.1.7', 'user-agent': 'Browser/1' }
  for (const path of ['/reflector/', '/']) {
    const headers = { connection: 'Upgrade', upgrade: 'websocket', ...neighbour }
    await bed.ask({ path: `${path}${'I'.repeat(43)}`, headers: { ...headers, ...KEY } })
  }
  await eventually(() => dashboard.text()).toContain(
    `If you trust that site, add ${origin} to BOX_ORIGINS`,
  )
  await eventually(() => dashboard.text()).toMatch(
    /192\.168\.1\.7 wanted to join a session .* 2 times, last /,
  )
  await expectAccessible(dashboard.page)
  await dashboard.page.getByRole('button', { name: 'Empty the list' }).click()
  await eventually(() =>
    dashboard.page.getByRole('heading', { name: 'Turned away' }).isVisible(),
  ).toBe(false)
  expect(dashboard.errors).toEqual([])
})

const KEY = {
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

async function put(name: string, html: readonly string[]): Promise<void> {
  await mkdir(join(webDir, 'apps', name), { recursive: true })
  const page = `<!doctype html><html lang="en"><head>${html.join('\n')}`
  await writeFile(join(webDir, 'apps', name, 'index.html'), page)
}

async function askedBy(name: string): Promise<unknown> {
  return (await shownApp(bed.box.adminUrl, bed.filesDir, name))?.asked
}
