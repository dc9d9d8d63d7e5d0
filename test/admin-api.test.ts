import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AdminBed, PASSWORD, type Visitor } from './support/admin-bed.ts'
import { AS_PERSON, FOR_MONITORS, NEIGHBOUR, WAYS } from './support/door-bed.ts'

const OTHER_PASSWORD = 'staple and nine lives'
let bed: AdminBed

describe('[ADMIN4] a login', () => {
  afterEach(() => bed.stop())

  test('ends when its person logs out, and no other with it', async () => {
    bed = await AdminBed.startWithPassword()
    const [ada, bob] = [await bed.logIn(), await bed.logIn()]
    const { status, headers } = await bed.call(ada, 'POST', '/logout')
    expect(status).toBe(204)
    expect(headers['set-cookie']).toEqual([
      'box-admin=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ])
    expect((await bed.call(ada, 'GET', '/me')).status).toBe(401)
    expect((await bed.call(bob, 'GET', '/me')).status).toBe(200)
  })

  test('by https takes the one by http with it, if it is the same browser that logs out', async () => {
    bed = await AdminBed.startWithPassword()
    const byHttps = { 'x-forwarded-proto': 'https' }
    const plain = await bed.logIn()
    const secure = await bed.logIn(PASSWORD, byHttps)
    const cookie = `${plain.cookie}; ${secure.cookie}`
    const own = { ...byHttps, cookie }
    const asked = { ...own, 'box-page-key': secure.pageKey }
    const { status, headers } = await bed.callWith(asked, 'POST', '/logout')
    expect(status).toBe(204)
    expect(headers['set-cookie']).toEqual([
      '__Host-box-admin=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
      'box-admin=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
    ])
    expect(await bed.pageKey(own)).toBe('')
    expect((await bed.call(plain, 'GET', '/me')).status).toBe(401)
  })

  test('that is over is forgotten by the name of its own cookie', async () => {
    bed = await AdminBed.startWithPassword()
    const byHttps = { 'x-forwarded-proto': 'https' }
    const plain = await bed.logIn()
    const secure = await bed.logIn(PASSWORD, byHttps)
    await bed.call(plain, 'POST', '/logout')
    const own = { ...byHttps, cookie: `${plain.cookie}; ${secure.cookie}` }
    await bed.callWith({ ...own, 'box-page-key': secure.pageKey }, 'POST', '/logout')
    const { headers } = await bed.ask({ path: '/admin/' }, { ...AS_PERSON, ...own })
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-box-admin=;/),
      expect.stringMatching(/^box-admin=;/),
    ])
  })

  test('ends with all others if one of them says so', async () => {
    bed = await AdminBed.startWithPassword()
    const [ada, bob] = [await bed.logIn(), await bed.logIn()]
    expect((await bed.call(ada, 'POST', '/logout', { everywhere: true })).status).toBe(204)
    for (const visitor of [ada, bob]) {
      expect((await bed.call(visitor, 'GET', '/me')).status).toBe(401)
    }
  })

  test('outlives a restart, and ends with another password in the settings', async () => {
    bed = await AdminBed.startWithPassword()
    const ada = await bed.logIn()
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: PASSWORD })
    expect((await bed.call(ada, 'GET', '/me')).status).toBe(200)
    bed = await bed.restart({ BOX_ADMIN_PASSWORD: OTHER_PASSWORD })
    expect((await bed.call(ada, 'GET', '/me')).status).toBe(401)
  })

  test('ends when the password is changed, for which one has to know it', async () => {
    bed = await AdminBed.start()
    const ada = await bed.setUp()
    const change = (current: string, password: string) =>
      bed.call(ada, 'PUT', '/password', { current, password })
    expect((await change(OTHER_PASSWORD, OTHER_PASSWORD)).status).toBe(401)
    expect((await change(PASSWORD, 'short')).status).toBe(400)
    expect((await change(PASSWORD, OTHER_PASSWORD)).status).toBe(204)
    expect((await bed.call(ada, 'GET', '/me')).status).toBe(401)
    expect((await bed.submit('/admin/login', { password: PASSWORD })).status).toBe(401)
    expect((await bed.logIn(OTHER_PASSWORD)).pageKey).not.toBe('')
  })

  test('by a password of the settings cannot change that', async () => {
    bed = await AdminBed.startWithPassword()
    const ada = await bed.logIn()
    const body = { current: PASSWORD, password: OTHER_PASSWORD }
    const answer = await bed.call(ada, 'PUT', '/password', body)
    expect(answer.status).toBe(409)
    expect(answer.body).toContain('BOX_ADMIN_PASSWORD')
    expect(JSON.parse((await bed.call(ada, 'GET', '/me')).body)).toMatchObject({
      canChangePassword: false,
    })
  })

  test.each([
    ['of another box', async () => (await otherCookie()).replace(/^[^=]+=/, '')],
    ['cut off', async () => (await bed.logIn()).cookie.replace(/^[^=]+=/, '').slice(0, -3)],
    ['made up', async () => 'eyJhbGciOiJub25lIn0.eyJhdWQiOiJzZXNzaW9uIn0.x'],
    ['garbage', async () => 'garbage'],
  ])('a cookie that is %s counts as none, and is taken away', async (_, tokenOf) => {
    bed = await AdminBed.startWithPassword()
    const headers = { ...AS_PERSON, cookie: `box-admin=${await tokenOf()}` }
    const answer = await bed.ask({ path: '/admin/' }, headers)
    expect([answer.status, answer.headers.location]).toEqual([303, '../admin/login?next=admin%2F'])
    expect(answer.headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=0')])
    expect((await bed.ask({ path: '/' }, headers)).status).toBe(200)
  })

  test('that is over leaves what a link lets in to', async () => {
    bed = await AdminBed.startWithPassword({ BOX_ACCESS: 'invite' })
    const { token } = await bed.door.invite()
    const ada = await bed.logIn()
    await bed.call(ada, 'POST', '/logout')
    const asked = WAYS.cookie({ path: '/' }, token)
    const cookie = `${ada.cookie}; ${asked.headers?.cookie}`
    expect((await bed.ask(asked, { cookie })).status).toBe(200)
    expect((await bed.ask({ path: '/' }, { cookie: ada.cookie })).status).toBe(401)
  })

  test('of a program is a token for an hour, until it logs out', async () => {
    bed = await AdminBed.startWithPassword()
    const { status, body } = await bed.callWith({}, 'POST', '/login', { password: PASSWORD })
    expect(status).toBe(200)
    const { token, expires } = JSON.parse(body)
    expect(Date.parse(expires) - Date.now()).toBeGreaterThan(3_590_000)
    expect((await bed.callBy(token, 'GET', '/invites')).status).toBe(200)
    expect((await bed.callBy(token, 'POST', '/logout')).status).toBe(204)
    expect((await bed.callBy(token, 'GET', '/invites')).status).toBe(401)
  })

  test('[ACCESS10] and how it ended is in the audit log', async () => {
    bed = await AdminBed.startWithPassword()
    const ada = await bed.logIn()
    await bed.call(ada, 'POST', '/logout')
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

test.each([
  ['/admin', 'admin/'],
  ['/admin?a=/b', 'admin/?a=/b'],
])('%s leads to the dashboard, under whatever prefix a proxy has', async (path, location) => {
  bed = await AdminBed.startWithPassword()
  const { cookie } = await bed.logIn()
  const { status, headers } = await bed.ask({ path }, { cookie })
  expect([status, headers.location]).toEqual([302, location])
  const stranger = await bed.ask({ path }, AS_PERSON)
  expect([stranger.status, stranger.headers.location]).toEqual([
    303,
    expect.stringMatching(/^\.\/admin\/login\?next=admin/),
  ])
  await bed.stop()
})

describe('[ADMIN6] a browser that is logged in', () => {
  let ada: Visitor
  let origin: string
  beforeAll(async () => {
    bed = await AdminBed.startWithPassword({ BOX_ORIGINS: '*' })
    ada = await bed.logIn()
    origin = bed.door.box.url
  })
  afterAll(() => bed.stop())

  const invite = (headers: Record<string, string>) =>
    bed.callWith({ cookie: ada.cookie, ...headers }, 'POST', '/invites', { hours: 1 })
  const withKey = () => ({ 'box-page-key': ada.pageKey })

  test('does what a page of the dashboard asks for', async () => {
    expect((await invite(withKey())).status).toBe(201)
    expect((await invite({ ...withKey(), origin, 'sec-fetch-site': 'same-origin' })).status).toBe(
      201,
    )
  })

  test.each([
    ['an app of the box, which has no key', () => ({ origin, 'sec-fetch-site': 'same-origin' })],
    ['one with another key', () => ({ origin, 'box-page-key': 'A'.repeat(43) })],
    ['another site', () => ({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })],
    ['another port', () => ({ origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' })],
    ['another site with the key', () => ({ ...withKey(), origin: 'https://evil.example' })],
    ['another port with the key', () => ({ ...withKey(), 'sec-fetch-site': 'same-site' })],
    ['nowhere, with the key', () => ({ ...withKey(), origin: 'null' })],
  ])('does nothing that a page of %s asks for', async (_, headers) => {
    const before = (await bed.door.api('GET', '')).body
    expect((await invite(headers())).status).toBe(401)
    expect((await bed.door.api('GET', '')).body).toBe(before)
    const read = { cookie: ada.cookie, ...headers() }
    expect((await bed.callWith(read, 'GET', '/invites')).status).toBe(401)
  })

  test('sends no form, which can be sent without asking first', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const asked = { method: 'POST', path: '/api/v1/invites', body: '{"hours":1}' }
      const headers = { 'content-type': type, cookie: ada.cookie, origin }
      expect((await bed.ask(asked, headers)).status).toBe(401)
      expect((await bed.ask(asked, { ...headers, ...withKey() })).status).toBe(415)
    }
  })

  test('may bring the key in the address of what is only read', async () => {
    const path = (key: string) => `/invites?page-key=${key}`
    const { cookie } = ada
    expect((await bed.callWith({ cookie }, 'GET', path(ada.pageKey))).status).toBe(200)
    expect((await bed.callWith({ cookie }, 'GET', path('x'))).status).toBe(401)
    const body = { hours: 1 }
    expect((await bed.callWith({ cookie }, 'POST', path(ada.pageKey), body)).status).toBe(401)
  })

  test('[ADMIN7] has the key shown to its person, and to no script', async () => {
    const keyFor = (headers: Record<string, string>) =>
      bed.pageKey({ cookie: ada.cookie, ...headers })
    const opened = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
    expect(await keyFor(opened)).toMatch(/^[\w-]{43}$/)
    for (const destination of ['empty', 'iframe', 'object', 'script', 'embed', 'serviceworker']) {
      expect(await keyFor({ 'sec-fetch-dest': destination })).toBe('')
    }
    const { headers } = await bed.ask({ path: '/admin/' }, { cookie: ada.cookie })
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(
        /default-src 'none'; script-src 'self';.* connect-src 'self';.*frame-ancestors 'none'/,
      ),
    })
    expect(headers).not.toHaveProperty('etag')
    expect((await bed.ask({ path: '/admin/' })).status).toBe(401)
  })

  test('shows how the box is doing to its person, and to no script', async () => {
    for (const path of FOR_MONITORS) {
      const asAda = { ...NEIGHBOUR, cookie: ada.cookie }
      expect((await bed.ask({ path }, asAda)).status).toBe(200)
      const byScript = { ...asAda, 'sec-fetch-dest': 'empty' }
      expect((await bed.ask({ path }, byScript)).status).toBe(403)
      expect((await bed.ask({ path }, { ...byScript, ...withKey() })).status).toBe(200)
    }
  })

  test('has no key that is good with another login', async () => {
    const { pageKey } = await bed.logIn()
    expect(pageKey).not.toBe(ada.pageKey)
    expect((await invite({ 'box-page-key': pageKey })).status).toBe(401)
  })
})

describe('[ADMIN8] a token of the API', () => {
  let ada: Visitor
  beforeAll(async () => {
    bed = await AdminBed.startWithPassword()
    ada = await bed.logIn()
  })
  afterAll(() => bed.stop())

  const make = async (order: object) =>
    JSON.parse((await bed.call(ada, 'POST', '/tokens', { name: 'deploys', ...order })).body)
  const list = async () => JSON.parse((await bed.call(ada, 'GET', '/tokens')).body)

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
    expect((await bed.call(ada, 'DELETE', `/tokens/${id}`)).status).toBe(200)
    expect((await bed.callBy(token, 'GET', '/me')).status).toBe(401)
    expect((await bed.call(ada, 'DELETE', `/tokens/${id}`)).status).toBe(404)
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

async function otherCookie(): Promise<string> {
  const other = await AdminBed.startWithPassword()
  try {
    return (await other.logIn()).cookie
  } finally {
    await other.stop()
  }
}
