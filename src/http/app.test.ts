import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freeUploads } from '../../test/support/free-uploads.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { sharedOrigins } from '../../test/support/shared-origins.ts'
import { type Access, openAccess } from '../access/access.ts'
import { DoorPages } from '../access/door-pages.ts'
import { AppFolders } from '../apps/app-folders.ts'
import { createFileStore } from '../files/file-store.ts'
import { accountOf } from '../system/account.ts'
import { NO_TLS } from '../tls/tls.ts'
import { buildApp } from './app.ts'

const ID = 'I'.repeat(43)
const FILE = `/files/snapshots/${ID}/0000000001_1-${ID}.snap`

let dir: string
let app: FastifyInstance
let access: Access
let logged: Array<Record<string, unknown>>
let failure: Error | undefined

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-app-'))
  logged = []
  failure = undefined
  await mkdir(join(dir, 'web'))
  await writeFile(join(dir, 'web/index.html'), '<h1>box</h1>')
  const files = createFileStore({
    dir,
    maxBytes: 1000,
    onStored: () => {
      if (failure) throw failure
    },
  })
  await files.open()
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const log = { notice: () => {}, warn: () => {}, error: () => {} }
  const clock = new ManualClock()
  access = await openAccess({
    ...{
      dir,
      accessDir: join(dir, 'access'),
      policy: 'open',
      allow: [],
      ownSubnets: () => [],
      origins: undefined,
    },
    ...{ monitors: ['loopback'], passphrase: undefined, adminPassword: undefined },
    issuer: undefined,
    hosts: { isNamed: () => true, isLocal: () => true },
    ...{ clock, log, accountOf },
  })
  const { door, logins } = access
  const breaches = { note: () => {} }
  app = buildApp({
    server: createServer(),
    log: pino({ level: 'debug' }, destination),
    entrance: {
      ...{ door, logins, clock, pages: await DoorPages.load() },
      ...{
        sessions: { about: () => undefined, hasMember: () => false },
        publicUrl: () => 'http://box',
        hosts: () => ['box'],
        turnedAway: { note: () => {} },
      },
    },
    login: {
      ...{ tokens: await access.tokens(), passphrase: undefined, breaches, accountOf, clock },
      ...{ passphraseLifeMs: 1, mostTries: 1, hasApp: async () => false },
    },
    places: { adminUrl: () => 'http://box:8889/', firstPageUrl: () => undefined },
    trustedProxies: ['loopback', '10.0.0.0/8'],
    webDir: join(dir, 'web'),
    commands: 'npm',
    apps: {
      folders: new AppFolders(
        { list: () => [], activeFolder: () => undefined, onChange: () => () => {} },
        join(dir, 'web'),
      ),
      origins: sharedOrigins(),
      sessions: () => [],
    },
    files,
    uploadLimits: freeUploads(),
    onFileMissed: () => {},
    operation: { missing: () => [] },
    networkUrls: () => [],
    namedUrl: () => undefined,
    tls: NO_TLS,
    http: 'redirect',
    ports: { http: 80, https: 443 },
  })
})

afterEach(async () => {
  await app.close()
  await access.close()
  await rm(dir, { recursive: true })
})

test('does not listen', async () => {
  await app.ready()
  expect(app.server.listening).toBe(false)
})

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/healthz', 'text/plain; charset=utf-8'],
  ['/any/prefix/healthz', 'text/plain; charset=utf-8'],
  ['/readyz', 'application/json; charset=utf-8'],
  ['/lib/', 'application/json; charset=utf-8'],
])('%s is served as %s', async (url, type) => {
  const response = await app.inject(url)
  expect(response.statusCode).toBe(200)
  expect(response.headers['content-type']).toBe(type)
})

test.each(['/admin', '/admin/apps.html?x=1', '/metrics', '/sessions', `/users/${ID}`])(
  '[ADMIN11] %s leads to the dashboard’s origin',
  async (url) => {
    const { statusCode, headers, body } = await app.inject(url)
    expect([statusCode, headers.location, body]).toEqual([307, `http://box:8889${url}`, ''])
  },
)

test.each(['GET', 'POST', 'PUT', 'DELETE'] as const)(
  '[ADMIN11] of the API it says only where that is, asked by %s',
  async (method) => {
    const headers = { authorization: 'Bearer x' }
    const answer = await app.inject({ method, url: '/api/v1/login', headers })
    expect(answer.statusCode).toBe(421)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.json().detail).toBe('the API is at http://box:8889/api/v1/, not here')
  },
)

test.each(['/', '/nothing', '/healthz', '/files/nothing', '/lib/nothing'])(
  'the answer to %s has the security headers, and no policy that hinders apps',
  async (url) => {
    const { headers } = await app.inject(url)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
    })
    expect(headers).not.toHaveProperty('x-frame-options')
    if (!url.startsWith('/files')) expect(headers).not.toHaveProperty('content-security-policy')
  },
)

describe('files', () => {
  test('are the same under every prefix', async () => {
    const put = await app.inject({ method: 'PUT', url: `/team/x${FILE}`, body: 'bytes' })
    expect(put.statusCode).toBe(201)
    expect((await app.inject(FILE)).body).toBe('bytes')
    expect((await app.inject(`/other${FILE}`)).body).toBe('bytes')
    const preflight = await app.inject({ method: 'OPTIONS', url: `/team/x${FILE}` })
    expect(preflight.statusCode).toBe(204)
  })

  test('that do not exist may not be remembered as missing', async () => {
    const response = await app.inject(FILE)
    expect(response.statusCode).toBe(404)
    expect(response.headers['cache-control']).toBe('no-store')
    expect(response.headers['access-control-allow-origin']).toBe('*')
  })

  test("have cross-origin headers on the box's own failures, too", async () => {
    failure = new Error('index is broken')
    const response = await app.inject({ method: 'PUT', url: FILE, body: 'x' })
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toContain('index is broken')
    expect(response.headers['access-control-allow-origin']).toBe('*')
    expect(logged.some(({ msg }) => msg === 'request failed')).toBe(true)
  })

  test('that find no room are told so', async () => {
    failure = Object.assign(new Error('x'), { code: 'ENOSPC' })
    const response = await app.inject({ method: 'PUT', url: FILE, body: 'x' })
    expect(response.statusCode).toBe(507)
    expect(response.json().message).toContain('disk of the box is full')
  })
})

test.each(['application/json', 'text/plain'])(
  '[LIMIT28] a body of %s that is long is refused before it is read, at whatever address',
  async (type) => {
    const headers = { 'content-type': type, 'content-length': '65537' }
    const response = await app.inject({ method: 'POST', url: '/nothing', headers, body: 'x' })
    expect(response.statusCode).toBe(413)
  },
)

test('a target that cannot be decoded is refused as everything else is', async () => {
  const response = await app.inject('/%zz')
  expect(response.statusCode).toBe(400)
  expect(Object.keys(response.json())).toEqual(['error', 'message'])
})

test('a client that is gone before its request is looked at is no failure of the box', async () => {
  await app.ready()
  const routed = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    request.socket.destroy()
    await once(request.socket, 'close')
    app.routing(request, response)
    routed.resolve()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await expect(fetch(`http://127.0.0.1:${port}/files/x`)).rejects.toThrow()
  await routed.promise
  expect(logged.filter(({ msg }) => msg === 'request failed')).toEqual([])
  server.close()
})

test('the log has a line for each request, without its query, and the address that trusted proxies told', async () => {
  await app.inject({
    url: '/healthz?token=secret',
    remoteAddress: '127.0.0.1',
    headers: { 'x-forwarded-for': '203.0.113.7, 10.1.2.3' },
  })
  const answered = logged.filter(({ msg }) => msg === 'request answered')
  expect(answered).toMatchObject([
    { level: 20, method: 'GET', path: '/healthz', status: 200, ip: '203.0.113.7' },
  ])
  expect(logged).toHaveLength(1)
})

test('proxies that are not trusted are not believed', async () => {
  await app.inject({
    url: '/healthz',
    remoteAddress: '198.51.100.1',
    headers: { 'x-forwarded-for': '203.0.113.7' },
  })
  expect(logged).toMatchObject([{ ip: '198.51.100.1' }])
})

describe('an app that was built for the root of a site', () => {
  const referer = 'http://box/apps/sketch/'
  const own = [
    ...['lib/jquery.js', 'files/a.bin', 'apps/b.js', 'api/data.json', 'sessions/index.html'],
    ...['admin/c.js', 'users/ada', 'lib/three/build/three.module.js'],
  ]
  beforeEach(async () => {
    for (const path of ['index.html', ...own]) {
      const file = join(dir, 'web/apps/sketch', path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, path)
    }
  })

  test.each(own)('finds its own %s, below a name that the box uses itself', async (path) => {
    const { statusCode, headers } = await app.inject({
      url: `/${path}?v=1`,
      headers: { host: 'box', referer },
    })
    expect([statusCode, headers.location]).toEqual([307, `/apps/sketch/${path}?v=1`])
  })

  test.each([
    ['/lib/', 200],
    ['/lib/none.js', 404],
    ['/files/none.bin', 404],
    ['/apps', 200],
    ['/apps/none.js', 404],
    ['/api/v1/login', 421],
    ['/healthz', 200],
    [FILE, 404],
  ])('gets %s from the box, for it has none there', async (url, status) => {
    const answer = await app.inject({ url, headers: { host: 'box', referer } })
    expect(answer.statusCode).toBe(status)
  })

  test('takes nothing from those who ask from elsewhere', async () => {
    const answer = await app.inject({ url: '/sessions', headers: { host: 'box' } })
    expect(answer.headers.location).toBe('http://box:8889/sessions')
  })
})
