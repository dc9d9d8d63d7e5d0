import { platform } from 'node:os'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { eventually } from './app-handle.ts'
import { expectAccessible } from './demo-pages.ts'
import { BOX_NAME, TrustBed } from './trust-bed.ts'

const WANTED = '/demos/counter/?q=1#session'
const MAC =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15'
const IPHONE = MAC.replace('Macintosh; Intel Mac', 'iPhone; CPU iPhone')
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 } }
const CAMERA_APP = {
  ...{ kind: 'app', name: 'map', title: 'Map', description: '', icon: null, picture: null },
  ...{ url: 'apps/map/', people: 0, needsInternet: false, secure: ['camera'] },
}
/** As they say who they are, how many fingers they feel, and which steps are for them. */
const DEVICES: ReadonlyArray<readonly [userAgent: string, touchPoints: number, kind: string]> = [
  [IPHONE, 5, 'iphone'],
  [MAC, 5, 'iphone'],
  [MAC, 0, 'mac'],
  ['Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile', 5, 'android'],
  ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 5, 'android'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0', 10, 'windows'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0.0.0', 0, 'chromeos'],
  ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0', 0, 'linux'],
  ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox'],
]

describe.skipIf(platform() !== 'linux')('the page about trust, in a browser on Linux', () => {
  let bed: TrustBed
  let home: string
  let browser: Browser

  beforeAll(async () => {
    bed = await TrustBed.start()
    home = await bed.makeHome()
    browser = await launchBrowser(BOX_NAME, home)
  })

  // An app is looked at when somebody asks for the first time.
  beforeEach(() => eventually(() => bed.factsOf(WANTED)).toMatchObject({ secure: [] }))

  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))

  afterAll(async () => {
    await browser?.close()
    await bed?.stop()
  })

  describe('that does not trust the box', () => {
    test('does not take it for trust when somebody skipped the warning', async () => {
      const page = await newPage()
      await skipWarning(page)
      await page.goto(bed.httpUrl + WANTED)
      await says(page, 'You told this browser to skip its warning.')
      expect(page.url()).toContain(`${bed.httpsUrl}/trust/?next=`)
      expect((await page.context().cookies()).map(({ name }) => name)).toEqual([])
      await expectAccessible(page)
      await page.getByRole('link', { name: 'Go on as it is' }).click()
      await page.waitForURL(bed.httpsUrl + WANTED)
    })

    test('lets people go on first to what needs no https, for a day, and nowhere else', async () => {
      const page = await newPage({ ...PHONE, userAgent: IPHONE })
      await page.goto(bed.httpUrl + WANTED)
      await says(page, 'You can go on.')
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Counter')
      expect(await page.getByRole('link', { name: 'Load the profile' }).count()).toBe(0)
      await expectAccessible(page)
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.waitForURL(bed.httpUrl + WANTED)
      await page.goto(`${bed.httpUrl}/`)
      expect(page.url()).toBe(`${bed.httpUrl}/`)
      // From there, an app that may need https still leads by the page about it.
      await page.route('**/apps', (route) => route.fulfill({ json: { apps: [CAMERA_APP] } }))
      await page.reload()
      const app = page.getByRole('link', { name: 'Map' })
      await eventually(() => app.getAttribute('href')).toBe(
        `${bed.httpUrl}/trust/?next=%2Fapps%2Fmap%2F`,
      )
      await page.goto(`${bed.httpUrl}/trust/?next=//evil.example`)
      await says(page, 'You can go on.')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.waitForURL(`${bed.httpUrl}/`)
    })

    test('shows the steps first to what needs https, and both ways if that cannot be told', async () => {
      const page = await newPage({ ...PHONE, userAgent: IPHONE })
      let secure: readonly string[] | null = ['camera']
      const respond = () => JSON.stringify({ title: 'Map', secure })
      await page.route('**/trust/place?*', (route) =>
        route.fulfill({ contentType: 'application/json', body: respond() }),
      )
      await page.goto(bed.httpUrl + WANTED)
      await says(page, 'It needs https.')
      await page.getByText('Browsers allow the camera or microphone by https only.').waitFor()
      await page.getByRole('link', { name: 'Load the profile' }).waitFor()
      await page.getByRole('button', { name: 'Go on without' }).waitFor()
      await expectAccessible(page)
      // The dashboard takes no password by http: going on would lead back here.
      await page.goto(`${bed.httpUrl}/trust/?next=/admin/`)
      await page.getByText('The dashboard takes its password by https only.').waitFor()
      expect(await page.getByRole('button', { name: /^Go on/ }).count()).toBe(0)
      secure = null
      await page.goto(bed.httpUrl + WANTED)
      await says(page, 'With or without https?')
      expect(await page.getByRole('link', { name: 'Load the profile' }).isVisible()).toBe(false)
      await page.getByRole('button', { name: 'Set up https first' }).click()
      await page.getByRole('link', { name: 'Load the profile' }).waitFor()
      await page.getByRole('button', { name: 'Go on without https' }).click()
      await page.waitForURL(bed.httpUrl + WANTED)
    })

    test('is used by keyboard alone', async () => {
      const page = await newPage()
      await page.goto(`${bed.httpUrl}/trust`)
      await says(page, 'This browser does not trust the box yet.')
      await expectAccessible(page)
      await page.getByText('Another device?').focus()
      await page.keyboard.press('Enter')
      await page.getByText('iPhone and iPad').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: 'Load the profile' }).waitFor()
      await page.getByText('Linux', { exact: true }).focus()
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      expect(await focused.textContent()).toBe('Load the certificate')
      const download = page.waitForEvent('download')
      const [file] = await Promise.all([download, page.keyboard.press('Enter')])
      expect(file.suggestedFilename()).toBe('croquet-box.crt')
    })

    test('finds out the device, shows its steps, and folds those for others', async () => {
      const page = await newPage({ ...PHONE, userAgent: MAC })
      await page.addInitScript(
        "Object.defineProperty(navigator, 'maxTouchPoints', { get: () => 5 })",
      )
      await page.goto(`${bed.httpUrl}/trust/`)
      await page.getByRole('link', { name: 'Load the profile' }).waitFor()
      expect(await page.getByRole('link', { name: 'Load the certificate' }).count()).toBe(0)
      await page.getByText('Another device?').click()
      await page.getByRole('img', { name: 'QR code' }).waitFor()
      expect(await page.textContent('.scan .address-line')).toBe(`${bed.httpUrl}/trust/`)
      expect(await page.locator('main').textContent()).not.toContain('{{')
      for (const device of await page.locator('.others .device > summary').all()) {
        await device.click()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      }
      for (const [userAgent, maxTouchPoints, kind] of DEVICES) {
        const browserSays = JSON.stringify({ userAgent, maxTouchPoints })
        const found = page.evaluate(
          `import('./device.js').then(({ deviceKind }) => deviceKind(${browserSays}))`,
        )
        expect.soft(await found, userAgent).toBe(kind)
      }
    })
  })

  // One after the other: the browser trusts the box from the first of them on.
  describe('that gets to trust the box', () => {
    test('turns green by itself once the browser trusts the box, and leads on to where they were going', async () => {
      const stranger = await newPage()
      await stranger.goto(bed.httpUrl + WANTED)
      await says(stranger, 'You can go on.')
      expect(new URL(stranger.url()).pathname).toBe('/trust/')
      // What Chromium found out about a certificate, it believes for half an hour: this person has not asked it yet.
      const person = await browser.newContext()
      await person.route('**/trust/check', (route) => route.abort())
      const page = await person.newPage()
      await page.goto(bed.httpUrl + WANTED)
      await says(page, 'You can go on.')
      await bed.trust(home)
      await person.unroute('**/trust/check')
      await page.waitForURL(bed.httpsUrl + WANTED)
      expect(await page.evaluate('isSecureContext')).toBe(true)
      expect(await person.cookies(bed.httpUrl)).toMatchObject([
        { name: 'box-trusts', domain: BOX_NAME, path: '/', secure: false, httpOnly: true },
      ])
    })

    test('is no stop for who is known to trust the box', async () => {
      const page = await newPage()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto(`${bed.httpUrl}/trust/`)
      await says(page, 'This browser trusts the box.')
      expect(page.url()).toBe(`${bed.httpsUrl}/trust/`)
      await eventually(() => workers(page)).toBe(0)
      await expectAccessible(page)
      await page.getByRole('link', { name: 'Go on' }).click()
      await page.waitForURL(`${bed.httpsUrl}/`)
      asked.length = 0
      await page.goto(bed.httpUrl + WANTED)
      expect(page.url()).toBe(bed.httpsUrl + WANTED)
      expect(asked.filter((url) => url.includes('/trust/'))).toEqual([])
    })
  })

  function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    return browser.newContext(options).then((context: BrowserContext) => context.newPage())
  }

  /** What people do who know the words that Chromium takes for "I know what I am doing". */
  async function skipWarning(page: Page): Promise<void> {
    await page.goto(`${bed.httpsUrl}/trust/`).catch(() => {})
    await eventually(() => page.title()).toBe('Privacy error')
    await page.keyboard.type('thisisunsafe')
    await page.waitForURL(`${bed.httpsUrl}/trust/`)
  }
})

async function says(page: Page, verdict: string): Promise<void> {
  await eventually(() => page.getByRole('status').textContent()).toBe(verdict)
}

/** How many service workers there are: none is left behind. */
function workers(page: Page): Promise<unknown> {
  return page.evaluate('navigator.serviceWorker.getRegistrations().then((all) => all.length)')
}
