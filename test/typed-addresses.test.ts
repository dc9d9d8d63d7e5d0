import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdminBed } from './support/admin-bed.ts'
import { AppApi } from './support/app-api.ts'
import { zipOf } from './support/archives.ts'
import { type Probe, probe } from './support/http-probe.ts'
import { findFreeRange } from './support/port-range.ts'

const ID = 'I'.repeat(43)
const FILE = `/files/apps/org.app/main/data/${ID}`
/** What browsers send when a person opens an address. */
const BY_PERSON = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-site': 'none',
}
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

type Row = readonly [asked: Probe, status: number, title: string]

const NOTHING = 'There is nothing at this address.'
const OF_APPS: readonly Row[] = [
  [{ path: '/nothing' }, 404, NOTHING],
  [{ path: '/nothing/below?x=<b>' }, 404, NOTHING],
  [{ path: '/apps/nothing/' }, 404, NOTHING],
  [{ path: '/apps/nothing' }, 404, NOTHING],
  [{ path: '/files' }, 404, NOTHING],
  [{ path: '/files/' }, 404, NOTHING],
  [{ path: '/files/what/is/this' }, 404, NOTHING],
  [{ path: FILE }, 404, NOTHING],
  [{ path: '/lib/nothing' }, 404, NOTHING],
  [{ path: '/lib/@croquet/croquet@0.0.1/pub/croquet.min.js' }, 404, NOTHING],
  [{ path: '/reflector' }, 404, NOTHING],
  [{ path: `/reflector/${ID}` }, 404, NOTHING],
  [{ path: '/trust/nothing' }, 404, NOTHING],
  [{ path: '/api/v1/sessions' }, 421, 'This is at another address.'],
  [{ path: '/api' }, 421, 'This is at another address.'],
  [{ path: '/%zz' }, 400, 'That did not work.'],
  [{ path: '/', method: 'POST', body: 'a=b', headers: FORM }, 404, NOTHING],
  [
    { path: '/enter', method: 'POST', body: `passphrase=${'x'.repeat(5000)}`, headers: FORM },
    404,
    NOTHING,
  ],
]
const OF_ADMIN: readonly Row[] = [
  [{ path: '/nothing' }, 404, NOTHING],
  [{ path: '/admin/nothing' }, 404, NOTHING],
  [{ path: '/admin/nothing/below.html' }, 404, NOTHING],
  [{ path: '/admin/frame/head.html' }, 404, NOTHING],
  [{ path: '/admin/lib/nothing' }, 404, NOTHING],
  [{ path: '/apps/' }, 404, NOTHING],
  [{ path: '/api/v1/sessions' }, 401, 'You have to come in first.'],
  [{ path: '/api/nothing' }, 404, NOTHING],
  [
    { path: '/admin/setup/code', method: 'POST', body: 'password=secret', headers: FORM },
    400,
    'That did not work.',
  ],
  [
    { path: '/admin/login', method: 'POST', body: 'password=secret', headers: FORM },
    400,
    'That did not work.',
  ],
]

let bed: AdminBed
let firstPort: number

beforeAll(async () => {
  firstPort = await findFreeRange(2)
  bed = await AdminBed.startWithPassword({ BOX_APP_ORIGINS: `${firstPort}-${firstPort + 1}` })
})
afterAll(() => bed?.stop())

const named = (rows: readonly Row[]) =>
  rows.map((row) => [`${row[0].method ?? 'GET'} ${row[0].path}`, ...row] as const)

describe('[HTTP9] where apps are, a person gets a page that says what to do', () => {
  test.each(named(OF_APPS))('%s', async (_name, asked, status, title) => {
    await expectPage(bed.door.box.port, asked, status, title)
  })

  test('the list of apps is the first page', async () => {
    for (const [path, location] of [
      ['/apps', './'],
      ['/apps/', '../'],
    ] as const) {
      const { status, headers } = await bed.door.ask({ path }, BY_PERSON)
      expect([path, status, headers.location]).toEqual([path, 302, location])
    }
    expect(JSON.parse((await bed.door.ask({ path: '/apps' })).body)).toHaveProperty('apps')
  })

  test('the list of libraries is a page', async () => {
    const { status, headers, body } = await bed.door.ask({ path: '/lib/' }, BY_PERSON)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(body).toContain('@croquet/croquet@2.0.4/')
    expect(body).toContain('href="../"')
  })

  test('the way to the first page is right below any path', async () => {
    const { body } = await bed.door.ask({ path: '/a/b/c' }, BY_PERSON)
    expect(body).toContain('<a href="../../">The box’s first page, with all apps</a>')
  })

  test('at an app’s own origin it leads to the app, and to the first page at its own address', async () => {
    const { box } = bed.door
    const api = await AppApi.of(box.adminUrl, box.filesDir)
    await api.deploy('chess', await zipOf({ 'index.html': '<title>Chess</title>' }))
    for (const path of ['/nothing', '/apps/', '/apps/chess/nothing', '/demos/counter/']) {
      const host = `127.0.0.1:${firstPort}`
      const page = await expectPage(firstPort, { path, headers: { host } }, 404, NOTHING)
      expect(page).toMatch(/<a href="(?:\.\.\/)*(?:\.\/)?apps\/chess\/">The app’s first page<\/a>/)
      expect(page).toContain(`<a href="http://127.0.0.1:${box.port}/">The box’s first page`)
    }
  })
})

describe('[HTTP9] at the dashboard’s origin, too', () => {
  test.each(named(OF_ADMIN))('%s', async (_name, asked, status, title) => {
    const body = await expectPage(bed.door.box.adminPort, asked, status, title)
    expect(body).toMatch(/<a href="(?:\.\.\/)*(?:\.\/)?admin\/">The dashboard<\/a>/)
  })
})

describe('[HTTP9] a program gets JSON', () => {
  const rows = [
    ...named(OF_APPS).map((row) => ['apps', ...row] as const),
    ...named(OF_ADMIN).map((row) => ['admin', ...row] as const),
  ]
  test.each(rows)('of %s: %s', async (half, _name, asked, status) => {
    const { box } = bed.door
    const port = half === 'apps' ? box.port : box.adminPort
    for (const headers of [
      {},
      { accept: '*/*' },
      { accept: 'text/html', 'sec-fetch-mode': 'cors' },
    ]) {
      const answer = await probe(port, { ...asked, headers: { ...asked.headers, ...headers } })
      expect(answer.status).toBe(status)
      expect(answer.headers['content-type']).toMatch(/^application\/(problem\+)?json/)
    }
  })
})

/** @returns the page */
async function expectPage(port: number, asked: Probe, status: number, title: string) {
  const headers = { ...asked.headers, ...BY_PERSON }
  const answer = await probe(port, { ...asked, headers })
  expect([answer.status, answer.headers['content-type']]).toEqual([
    status,
    'text/html; charset=utf-8',
  ])
  expect(answer.body).toContain(`<h1>${title}</h1>`)
  expect(answer.body).not.toContain('<b>')
  expect(answer.body).not.toContain('{{')
  expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
  expect(answer.headers['cache-control']).toBe('no-store')
  return answer.body
}
