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
  visitors = await Visitors.launch()
})
afterEach(async () => {
  await visitors.leave()
  await bed.stop()
})
afterAll(() => visitors?.close())

test('[ADMIN2] [ADMIN3] link, password, dashboard, token, another password: by keyboard alone', async () => {
  bed = await DoorBed.start()
  const { adminUrl, setupPath } = bed.box
  const watched = await visitors.open(`${adminUrl}/${setupPath}`)
  const { page } = watched
  await expectAccessible(page)
  await type(page, 'Password', 'tooshort12')
  await type(page, 'The same again', 'tooshort13')
  await page.keyboard.press('Enter')
  await eventually(() => page.getByRole('alert').textContent()).toContain('not the same')
  await type(page, 'Password', PASSWORD)
  await type(page, 'The same again', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${adminUrl}/admin/`)
  await eventually(() => page.textContent('[data-verdict]')).toContain('Your box is working')
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
  await page.waitForURL(`${adminUrl}/admin/`)
  const refused = /Failed to load resource: the server responded with a status of 4(00|01)/
  expect(watched.errors.filter((error) => !refused.test(error))).toEqual([])
})

test('[ADMIN2] [ADMIN15] a box in a container asks where others open it, by keyboard alone', async () => {
  const label = 'The address by which others open this box'
  bed = await DoorBed.start({ BOX_URLS: 'http://localhost/' })
  const { adminUrl, setupPath } = bed.box
  const { page } = await visitors.open(`${adminUrl}/${setupPath}`)
  // It is not the one by which only this machine opens it.
  expect(await page.getByLabel(label).inputValue()).toBe('')
  await type(page, 'Password', PASSWORD)
  await type(page, 'The same again', PASSWORD)
  await type(page, label, 'my box')
  await page.keyboard.press('Enter')
  await eventually(() => page.getByRole('alert').textContent()).toContain('is no host name')
  await expectAccessible(page)
  // What is wrong is selected.
  await page.keyboard.type('http://192.168.1.20/')
  await page.keyboard.press('Enter')
  await page.waitForURL(`${adminUrl}/admin/`)

  await page.goto(`${adminUrl}/admin/account.html`)
  await eventually(() => page.locator('[data-urls]').textContent()).toBe('http://192.168.1.20/')
  await expectAccessible(page)
  await type(page, 'The address by which others open it', 'localhost')
  await page.keyboard.press('Enter')
  await eventually(() => page.textContent('[data-refused]')).toContain('each device to itself')
  await page.keyboard.type('box.local')
  await page.keyboard.press('Enter')
  await eventually(() => page.locator('[data-urls]').textContent()).toBe('http://box.local/')
})

test('[ADMIN4] a login outlives a reload and a new tab, and ends in all of them', async () => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD })
  const { page } = await logIn('account.html?x=1')
  await page.waitForURL(`${bed.box.adminUrl}/admin/account.html?x=1`)
  expect(await page.evaluate('document.cookie')).toBe('')
  await page.reload()
  await eventually(() => page.textContent('[data-me]')).toContain('the admin password')
  const other = await page.context().newPage()
  await other.goto(`${bed.box.adminUrl}/admin/`)
  await eventually(() => other.textContent('[data-verdict]')).toContain('working')
  await press(page, 'button', 'Log out')
  await page.waitForURL(/\/admin\/login$/)
  await eventually(() => other.textContent('[data-banner]')).toContain('not logged in any more')
  await page.goto(`${bed.box.adminUrl}/admin/log.html`)
  await page.waitForURL(/\/admin\/login\?next=%2Fadmin%2Flog\.html$/)
})

test.each([
  '//evil.example/',
  'https://evil.example/admin/',
  'javascript:alert(1)',
  '/apps/x/',
  '/admin/../apps/',
  '/admin/login',
  '/admin/setup/x',
  '/admin/enter.html',
])('[ADMIN5] a login leads to nothing but the dashboard, asked with %s', async (next) => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD })
  const { page } = await visitors.open(
    `${bed.box.adminUrl}/admin/login?next=${encodeURIComponent(next)}`,
  )
  await type(page, 'Admin password', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
})

test('[ADMIN2] a link that is over says what to do', async () => {
  bed = await DoorBed.start()
  const { page } = await visitors.open(`${bed.box.adminUrl}/admin/setup/over`)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This link is over.')
  expect(await page.locator('body').textContent()).toContain('npm run admin -- reset')
  await expectAccessible(page)
})

test('[ADMIN11] a link with the role monitor leads to the dashboard, and lets in to apps as well', async () => {
  bed = await DoorBed.start({ BOX_ACCESS: 'invite' })
  const { url } = await bed.invite({ role: 'monitor', label: 'Mo' })
  const { page } = await visitors.open(url)
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
  await eventually(() => page.textContent('[data-verdict]')).toContain('working')
  await page.goto(`${bed.box.adminUrl}/admin/account.html`)
  await eventually(() => page.textContent('[data-me]')).toContain('you may look')
  await page.goto(`${bed.box.url}/`)
  expect(await page.title()).toContain('Croquet')
  // Who goes out of the dashboard keeps the link.
  await page.goto(`${bed.box.adminUrl}/admin/account.html`)
  await press(page, 'button', 'Log out')
  await page.waitForURL(/\/admin\/login$/)
})

test('[ADMIN11] a link does not make somebody else of who is logged in, unless they say so', async () => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD })
  const { page } = await logIn('')
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
  const { url } = await bed.invite({ role: 'monitor', label: 'Mo' })
  await page.goto(url)
  await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe(
    'You are in already.',
  )
  expect(page.url()).toBe(`${bed.box.adminUrl}/admin/enter.html`)
  await expectAccessible(page)
  await press(page, 'button', 'Stay as I am')
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
  await page.goto(`${bed.box.adminUrl}/admin/account.html`)
  await eventually(() => page.textContent('[data-me]')).toContain('do everything')
  await page.goto(url)
  await press(page, 'button', 'Use the link')
  await page.waitForURL(`${bed.box.adminUrl}/admin/`)
  await page.goto(`${bed.box.adminUrl}/admin/account.html`)
  await eventually(() => page.textContent('[data-me]')).toContain('you may look')
  await page.goto(`${bed.box.adminUrl}/admin/enter.html#guess`)
  await eventually(() => page.getByRole('heading', { level: 1 }).textContent()).toBe(
    'This link does not let you in.',
  )
})

test('[ADMIN12] a backup is saved, and what takes a token is shown', async () => {
  bed = await DoorBed.start({ BOX_ADMIN_PASSWORD: PASSWORD, BOX_MONITORS: '203.0.113.1' })
  const { page } = await logIn('backup.html')
  await page.waitForURL(/backup\.html$/)
  const saving = page.waitForEvent('download')
  const [download] = await Promise.all([saving, press(page, 'button', 'Save a backup')])
  expect(download.suggestedFilename()).toMatch(/^box-\d{4}-\d\d-\d\d\.tar$/)
  expect(await download.failure()).toBeNull()
  await page.goto(`${bed.box.url}/metrics`)
  await page.waitForURL(/\/admin\/view\.html\?of=metrics$/)
  await eventually(() => page.textContent('[data-text]')).toContain('reflector_connections')
  await expectAccessible(page)
})

/** Opens a page of the dashboard, and logs in on the way. */
async function logIn(path: string) {
  const watched = await visitors.open(`${bed.box.adminUrl}/admin/${path}`)
  await watched.page.waitForURL(/\/admin\/login/)
  await type(watched.page, 'Admin password', PASSWORD)
  await watched.page.keyboard.press('Enter')
  return watched
}

function asProgram(token: string | null) {
  const headers = { authorization: `Bearer ${token}` }
  return bed.askAdmin({ path: '/api/v1/me', headers })
}
