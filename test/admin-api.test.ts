import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AdminBed, PASSWORD } from './support/admin-bed.ts'
import { AS_PERSON, FOR_MONITORS, NEIGHBOUR, STRANGER, WAYS } from './support/door-bed.ts'

const OTHER_PASSWORD = 'staple and nine lives'
let bed: AdminBed

describe('[ADMIN4] a login', () => {
  afterEach(() => bed.stop())

  test('ends when its person logs out, and no other with it', async () => {
    bed = await AdminBed.startWithPassword()
    const [ada, bob] = [await bed.logIn(), await bed.logIn()]
    expect((await bed.callBy(ada, 'POST', '/logout')).status).toBe(204)
    expect((await bed.callBy(ada, 'GET', '/me')).status).toBe(401)
    expect((await bed.callBy(bob, 'GET', '/me')).status).toBe(200)
  })

  test('ends with all others if one of them says so', async () => {
    bed = await AdminBed.startWithPassword()
    const [ada, bob] = [await bed.logIn(), await bed.logIn()]
    expect((await bed.callBy(ada, 'POST', '/logout', { everywhere: true })).status).toBe(204)
    for (const token of [ada, bob]) {
      expect((await bed.callBy(token, 'GET', '/me')).status).toBe(401)
    }
  })

  test('outlives a restart, and ends with another password in the settings', async () => {
    bed = await AdminBed.startWithPassword()
    const ada = await bed.logIn()
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: PASSWORD })
    expect((await bed.callBy(ada, 'GET', '/me')).status).toBe(200)
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: OTHER_PASSWORD })
    expect((await bed.callBy(ada, 'GET', '/me')).status).toBe(401)
  })

  test('ends when the password is changed, for which one has to know it', async () => {
    bed = await AdminBed.start()
    const ada = await bed.setUp()
    const change = (current: string, password: string) =>
      bed.callBy(ada, 'PUT', '/password', { current, password })
    expect((await change(OTHER_PASSWORD, OTHER_PASSWORD)).status).toBe(401)
    expect((await change(PASSWORD, 'short')).status).toBe(400)
    expect((await change(PASSWORD, OTHER_PASSWORD)).status).toBe(204)
    expect((await bed.callBy(ada, 'GET', '/me')).status).toBe(401)
    expect((await bed.tryLogIn(PASSWORD)).status).toBe(401)
    expect(await bed.logIn(OTHER_PASSWORD)).not.toBe('')
  })

  test('by a password of the settings cannot change that', async () => {
    bed = await AdminBed.startWithPassword()
    const ada = await bed.logIn()
    const body = { current: PASSWORD, password: OTHER_PASSWORD }
    const answer = await bed.callBy(ada, 'PUT', '/password', body)
    expect(answer.status).toBe(409)
    expect(answer.body).toContain('BOX_ADMIN_PASSWORD')
    expect(JSON.parse((await bed.callBy(ada, 'GET', '/me')).body)).toMatchObject({
      canChangePassword: false,
    })
  })

  test.each([
    ['of another box', otherToken],
    ['cut off', async () => (await bed.logIn()).slice(0, -3)],
    ['made up', async () => 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJzZXNzaW9uIn0.x'],
    ['garbage', async () => 'garbage'],
  ])('by a token that is %s is none', async (_, tokenOf) => {
    bed = await AdminBed.startWithPassword()
    expect((await bed.callBy(await tokenOf(), 'GET', '/me')).status).toBe(401)
  })

  test.each([
    ['a browser', 'browser', 14 * 24 * 3600],
    ['a program', 'program', 3600],
  ])('of %s says when it ends', async (_, kind, seconds) => {
    bed = await AdminBed.startWithPassword()
    const body = { password: PASSWORD, kind }
    const { token, expires } = JSON.parse((await bed.callWith({}, 'POST', '/login', body)).body)
    const restS = (Date.parse(expires) - Date.now()) / 1000
    expect(restS).toBeGreaterThan(seconds - 60)
    expect(restS).toBeLessThanOrEqual(seconds)
    expect((await bed.callBy(token, 'GET', '/invites')).status).toBe(200)
    expect((await bed.callBy(token, 'POST', '/logout')).status).toBe(204)
    expect((await bed.callBy(token, 'GET', '/invites')).status).toBe(401)
  })

  test('[ACCESS10] and how it ended is in the audit log', async () => {
    bed = await AdminBed.startWithPassword()
    await bed.callBy(await bed.logIn(), 'POST', '/logout')
    const events = bed.door.box.logLines
      .map((line) => JSON.parse(line))
      .filter(({ scope }) => scope === 'audit')
    expect(events).toMatchObject([
      { event: 'policy' },
      { event: 'login', who: 'admin password', role: 'admin', address: '127.0.0.1' },
      { event: 'logout', who: 'admin password', address: '127.0.0.1' },
    ])
  })
})

describe('[ADMIN6] the dashboard’s origin', () => {
  let ada: string
  let origin: string
  beforeAll(async () => {
    bed = await AdminBed.startWithPassword({ BOX_ORIGINS: '*', BOX_ACCESS: 'open' })
    ada = await bed.logIn()
    origin = bed.door.box.adminUrl
  })
  afterAll(() => bed.stop())

  test('takes no login from a cookie, whatever it is called', async () => {
    for (const name of ['box-access', 'box-admin', '__Host-box-admin', 'authorization']) {
      const headers = { cookie: `${name}=${ada}`, origin, 'sec-fetch-site': 'same-origin' }
      expect((await bed.callWith(headers, 'GET', '/me')).status).toBe(401)
      const asked = { path: '/metrics', headers: { ...NEIGHBOUR, ...headers } }
      expect((await bed.ask(asked)).status).toBe(403)
    }
  })

  test('answers a page of its own', async () => {
    const headers = { authorization: `Bearer ${ada}`, origin, 'sec-fetch-site': 'same-origin' }
    expect((await bed.callWith(headers, 'POST', '/invites', { hours: 1 })).status).toBe(201)
  })

  const FOREIGN: ReadonlyArray<readonly [string, Record<string, string>]> = [
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['another site, of which an old browser tells', { origin: 'https://evil.example' }],
    ['another port of the host', { 'sec-fetch-site': 'same-site' }],
    ['no origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['an address that is none', { origin: 'http://' }],
  ]

  test.each(FOREIGN)('does nothing that a page of %s asks for', async (_, foreign) => {
    const headers = { authorization: `Bearer ${ada}`, ...foreign }
    const before = (await bed.door.api('GET', '')).body
    const tries = [
      await bed.callWith(headers, 'POST', '/invites', { hours: 1 }),
      await bed.callWith(headers, 'GET', '/invites'),
      await bed.callWith(foreign, 'POST', '/login', { password: PASSWORD }),
      await bed.callWith(foreign, 'POST', '/setup', { code: 'x', password: PASSWORD }),
      await bed.ask({ method: 'OPTIONS', path: '/api/v1/invites' }, headers),
      ...(await Promise.all(FOR_MONITORS.map((path) => bed.ask({ path }, headers)))),
      await bed.ask({ path: '/admin/' }, { ...headers, 'sec-fetch-mode': 'cors' }),
      await bed.ask({ path: '/admin/login' }, { ...headers, 'sec-fetch-dest': 'iframe' }),
    ]
    for (const { status, headers: answered } of tries) {
      expect(status).toBe(403)
      expect(answered).not.toHaveProperty('access-control-allow-origin')
    }
    expect((await bed.door.api('GET', '')).body).toBe(before)
  })

  test('does nothing that a page of the box’s other port asks for', async () => {
    const headers = { authorization: `Bearer ${ada}`, origin: bed.door.box.url }
    expect((await bed.callWith(headers, 'GET', '/me')).status).toBe(403)
  })

  test('is opened by a link on any page', async () => {
    const headers = {
      ...AS_PERSON,
      ...{ 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'document' },
    }
    expect((await bed.ask({ path: '/admin/' }, headers)).status).toBe(200)
    const posted = await bed.ask({ method: 'POST', path: '/api/v1/login', body: 'x' }, headers)
    expect(posted.status).toBe(403)
  })

  test('takes no form, which can be sent without asking first', async () => {
    const authorization = `Bearer ${ada}`
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const asked = { method: 'POST', path: '/api/v1/invites', body: '{"hours":1}' }
      expect((await bed.ask(asked, { 'content-type': type, authorization })).status).toBe(415)
    }
  })

  test('[ADMIN7] has pages in no frame, with scripts of its own alone, and shares no window', async () => {
    for (const path of ['/admin/', '/admin/apps.html', '/admin/enter.html']) {
      const { headers } = await bed.ask({ path })
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringMatching(
          /default-src 'none'; script-src 'self';.* connect-src 'self';.*frame-ancestors 'none'/,
        ),
      })
      expect(headers).not.toHaveProperty('etag')
    }
  })

  test('[ADMIN7] answers nothing without a policy', async () => {
    for (const path of ['/metrics', '/healthz', '/api/v1/me', '/nothing', '/admin/api.js', '/']) {
      expect((await bed.ask({ path })).headers).toMatchObject({
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      })
    }
  })

  test('has no apps, no files, no sessions and no first page', async () => {
    expect((await bed.ask({ path: '/' })).headers.location).toBe('admin/')
    for (const path of ['/index.html', '/apps', '/apps/use-this-box.js', '/demos/counter/']) {
      expect.soft((await bed.ask({ path })).status, path).toBe(404)
    }
    for (const path of ['/lib/', '/files/x', '/trust', '/enter', '/invite/x', '/admin/frame/']) {
      expect.soft((await bed.ask({ path })).status, path).toBe(404)
    }
    const { status, headers } = await bed.ask({
      path: `/reflector/${'I'.repeat(43)}`,
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    })
    expect([status, headers.upgrade]).toEqual([404, undefined])
  })

  test('[ADMIN6] takes heads as large as all cookies that a browser keeps', async () => {
    const cookie = Array.from({ length: 180 }, (_, index) => `${index}=${'x'.repeat(4090)}`)
    const headers = { cookie: cookie.join('; ') }
    expect((await bed.ask({ path: '/admin/login' }, headers)).status).toBe(200)
    const login = await bed.callWith(headers, 'POST', '/login', { password: PASSWORD })
    expect(login.status).toBe(200)
  })
})

describe('[ADMIN11] where apps are', () => {
  afterEach(() => bed.stop())

  test.each(['lan', 'open', 'passphrase', 'invite'])(
    'with BOX_ACCESS=%s everybody learns where the dashboard is, and nothing else',
    async (policy) => {
      bed = await AdminBed.startWithPassword({ BOX_ACCESS: policy, BOX_PASSPHRASE: 'let me in' })
      const { box } = bed.door
      for (const path of ['/admin', '/admin/log.html?a=1', '/admin/login', ...FOR_MONITORS]) {
        for (const headers of [{}, STRANGER, AS_PERSON]) {
          const answer = await bed.door.ask({ path }, headers)
          expect([answer.status, answer.body]).toEqual([307, ''])
          expect(answer.headers.location).toBe(`${box.adminUrl}${path}`)
        }
      }
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const answer = await bed.door.ask({ method, path: '/api/v1/login' }, STRANGER)
        expect(answer.status).toBe(421)
        expect(JSON.parse(answer.body).detail).toContain(`${box.adminUrl}/api/v1/`)
      }
    },
  )

  test('a login is good for nothing but being let in', async () => {
    bed = await AdminBed.startWithPassword({ BOX_ACCESS: 'invite' })
    const asked = { path: '/' }
    expect((await bed.door.ask(asked)).status).toBe(401)
    expect((await bed.door.ask(WAYS.bearer(asked, await bed.logIn()))).status).toBe(200)
    const api = WAYS.bearer({ path: '/api/v1/invites' }, await bed.logIn())
    expect((await bed.door.ask(api)).status).toBe(421)
  })

  test.each(['admin', 'monitor'])(
    'a link for a role of the dashboard (%s) leads there',
    async (role) => {
      bed = await AdminBed.startWithPassword({ BOX_ACCESS: 'invite' })
      const { url, token } = await bed.door.invite({ role })
      expect(url).toBe(`${bed.door.box.url}/invite/${token}`)
      const { status, headers } = await bed.door.ask({ path: `/invite/${token}` })
      expect([status, headers.location]).toEqual([
        303,
        `${bed.door.box.adminUrl}/admin/enter.html#${token}`,
      ])
      expect(headers['referrer-policy']).toBe('no-referrer')
      const [cookie = ''] = headers['set-cookie'] ?? []
      expect((await bed.door.ask({ path: '/' }, { cookie })).status).toBe(200)
      expect((await bed.callBy(token, 'GET', '/me')).status).toBe(200)
    },
  )

  test('a token in a path leads to the page that keeps it, and on from there', async () => {
    bed = await AdminBed.startWithPassword()
    const token = await bed.logIn()
    const path = `/t/${token}/admin/log.html?x=1`
    const led = await bed.door.ask({ path }, AS_PERSON)
    expect(led.headers.location).toBe(`${bed.door.box.adminUrl}${path}`)
    const { status, headers } = await bed.ask({ path }, AS_PERSON)
    const next = encodeURIComponent('admin/log.html?x=1')
    expect([status, headers.location]).toEqual([
      303,
      `../../../admin/enter.html?next=${next}#${token}`,
    ])
    expect((await bed.ask({ path: '/t/guess/admin/' }, AS_PERSON)).status).toBe(401)
  })
})

test('[ADMIN12] a backup is saved by a ticket, once, and noted with who it was', async () => {
  bed = await AdminBed.startWithPassword()
  const ada = await bed.logIn()
  const { status, body } = await bed.callBy(ada, 'POST', '/backup')
  expect(status).toBe(201)
  const path = `/${JSON.parse(body).path}`
  const saved = await bed.callWith({}, 'GET', path)
  expect([saved.status, saved.headers['content-type']]).toEqual([200, 'application/x-tar'])
  expect((await bed.callWith({}, 'GET', path)).status).toBe(410)
  expect((await bed.callWith({}, 'GET', '/backup/guess')).status).toBe(410)
  expect(bed.door.logged('backup-made')).toMatchObject([{ who: 'admin password' }])
  await bed.stop()
})

test.each([
  ['/admin', 'admin/'],
  ['/admin?a=/b', 'admin/?a=/b'],
])('%s leads to the dashboard, under whatever prefix a proxy has', async (path, location) => {
  bed = await AdminBed.startWithPassword()
  const { status, headers } = await bed.ask({ path }, AS_PERSON)
  expect([status, headers.location]).toEqual([302, location])
  await bed.stop()
})

describe('[ADMIN8] a token of the API', () => {
  let ada: string
  beforeAll(async () => {
    bed = await AdminBed.startWithPassword()
    ada = await bed.logIn()
  })
  afterAll(() => bed.stop())

  const make = async (order: object) =>
    JSON.parse((await bed.callBy(ada, 'POST', '/tokens', { name: 'deploys', ...order })).body)
  const list = async () => JSON.parse((await bed.callBy(ada, 'GET', '/tokens')).body)

  test('is shown once, is good for its role, and says when it was used', async () => {
    const { token, ...made } = await make({ role: 'admin' })
    expect(made).toMatchObject({
      name: 'deploys',
      role: 'admin',
      expiresAt: null,
      lastUsedAt: null,
    })
    expect((await bed.callBy(token, 'POST', '/invites', { hours: 1 })).status).toBe(201)
    const [listed] = await list()
    expect(listed).toEqual({ ...made, lastUsedAt: expect.stringMatching(/^20\d\d-/) })
  })

  test('for a monitor looks at everything and changes nothing', async () => {
    const { token } = await make({ role: 'monitor', hours: 1 })
    for (const path of ['/invites', '/tokens', '/me', '/openapi.json']) {
      expect.soft((await bed.callBy(token, 'GET', path)).status, path).toBe(200)
    }
    for (const path of FOR_MONITORS) {
      expect((await bed.ask(WAYS.bearer({ path }, token), NEIGHBOUR)).status).toBe(200)
    }
    for (const [method, path, body] of [
      ['POST', '/invites', { hours: 1 }],
      ['DELETE', '/invites/x', undefined],
      ['POST', '/tokens', { name: 'mine', role: 'admin' }],
      ['DELETE', '/tokens/x', undefined],
      ['PUT', '/password', { current: PASSWORD, password: OTHER_PASSWORD }],
      ['POST', '/logout', { everywhere: true }],
    ] as const) {
      expect.soft((await bed.callBy(token, method, path, body)).status, path).toBe(403)
    }
  })

  test('is over when it is revoked, and when its time has come', async () => {
    const { id, token } = await make({ role: 'admin', hours: 1 })
    const { token: short } = await make({ role: 'admin', hours: 1e-6 })
    expect((await bed.callBy(ada, 'DELETE', `/tokens/${id}`)).status).toBe(200)
    expect((await bed.callBy(token, 'GET', '/me')).status).toBe(401)
    expect((await bed.callBy(ada, 'DELETE', `/tokens/${id}`)).status).toBe(404)
    await expect.poll(async () => (await bed.callBy(short, 'GET', '/me')).status).toBe(401)
  })

  test('is still good after a restart', async () => {
    const { token } = await make({ role: 'admin' })
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: PASSWORD })
    expect((await bed.callBy(token, 'GET', '/me')).status).toBe(200)
  })

  test('cannot be logged out: it is revoked', async () => {
    const { token } = await make({ role: 'admin' })
    expect((await bed.callBy(token, 'POST', '/logout')).status).toBe(409)
  })
})

async function otherToken(): Promise<string> {
  const other = await AdminBed.startWithPassword()
  try {
    return await other.logIn()
  } finally {
    await other.stop()
  }
}
