import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminToken } from '../support/app-api.ts'
import { authorityOf } from '../support/certificate.ts'
import { probe } from '../support/http-probe.ts'
import { findFreePorts, startNginx, type TestNginx } from '../support/nginx.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const PASSWORD = 'correct horse battery'
/** As in its container the box has the same port as nginx, at an address of its own. */
const BOX_HOST = '127.0.0.2'
const AS_PERSON = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
const LAN_NAME = '192.168.1.20'
/** All that browsers keep for a host. */
const MOST_COOKIES = 180
const LARGE_COOKIE = 'x'.repeat(4080)

const trustedBefore = getCACertificates('default')
let dir: string
let boxPort: number
let adminPort: number
let box: TestBox
let nginx: TestNginx

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nginx-admin-'))
  // nginx reads the certificate as another user.
  await chmod(dir, 0o755)
  const [first = 0, second = 0] = await findFreePorts(2)
  boxPort = first
  adminPort = second
  nginx = await startNginx(boxPort, {
    certificateDir: join(dir, 'tls'),
    admin: { port: adminPort, box: `${BOX_HOST}:${adminPort}` },
    env: { NGINX_BOX: `${BOX_HOST}:${boxPort}` },
  })
  box = await start()
  setDefaultCACertificates([...trustedBefore, await authorityOf(box)])
})
afterAll(async () => {
  setDefaultCACertificates(trustedBefore)
  await nginx?.stop()
  await box?.stop()
  await rm(dir, { recursive: true })
})

function start(env: Record<string, string> = {}): Promise<TestBox> {
  return startBox({
    ...{ BOX_HOST, BOX_PORT: `${boxPort}`, BOX_ADMIN_PORT: `${adminPort}` },
    ...{ BOX_FILES_DIR: join(dir, 'files'), BOX_TLS: 'local-ca', BOX_TLS_DIR: join(dir, 'tls') },
    BOX_URLS: `${nginx.httpUrl}/,${nginx.httpsUrl}/`,
    ...{ BOX_ADMIN_PASSWORD: PASSWORD, BOX_ACCESS: 'open', ...env },
  })
}

/** By http at the dashboard's port. */
function byHttp(path: string, headers: Record<string, string> = {}) {
  return probe(adminPort, { path, headers: { host: `127.0.0.1:${adminPort}`, ...headers } })
}

async function logIn(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/v1/login`, {
    method: 'POST',
    body: JSON.stringify({ password: PASSWORD }),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

describe('[ADMIN11] through nginx', () => {
  const tokens = { admin: '' }
  beforeAll(async () => {
    tokens.admin = await adminToken(join(dir, 'files'))
  })

  test.each(['/admin/', '/admin/log.html?x=1', '/metrics', '/sessions'])(
    '%s leads to the dashboard’s port, by the scheme by which it was asked',
    async (path) => {
      for (const url of [nginx.httpUrl, nginx.httpsUrl]) {
        const { status, headers } = await fetch(url + path, { redirect: 'manual' })
        const { protocol } = new URL(url)
        expect([status, headers.get('location')]).toEqual([
          307,
          `${protocol}//127.0.0.1:${adminPort}${path}`,
        ])
      }
      const headers = { authorization: `Bearer ${tokens.admin}` }
      expect((await fetch(nginx.adminUrl + path, { headers })).status).toBe(200)
    },
  )

  test('there is nothing at that port but the dashboard', async () => {
    expect((await fetch(`${nginx.adminUrl}/healthz`)).status).toBe(200)
    expect((await fetch(`${nginx.adminUrl}/admin/login`)).status).toBe(200)
    for (const path of ['/index.html', '/apps', '/files/x', '/box-uploads/x', '/trust']) {
      expect.soft((await fetch(nginx.adminUrl + path)).status, path).toBe(404)
    }
  })

  test('events come as they happen', async () => {
    const headers = { authorization: `Bearer ${tokens.admin}`, accept: 'text/event-stream' }
    const { body } = await fetch(`${nginx.adminUrl}/api/v1/events`, { headers })
    const reader = body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    expect(String(value && Buffer.from(value))).toContain('retry')
    await reader?.cancel()
  })

  test('the set-up link of a person is in no log', async () => {
    await fetch(`${nginx.adminUrl}/admin/setup/tH1s-1s_secret`)
    await fetch(`${nginx.httpsUrl}/admin/setup/tH1s-1s_secret`)
    await expect.poll(() => nginx.log()).toMatch(/admin\/setup\/….*admin\/setup\/…/s)
    expect(await nginx.log()).not.toContain('tH1s-1s_secret')
  })
})

describe('[ADMIN6] cookies', () => {
  test('as many as a browser keeps shut nobody out, by HTTP/1.1', async () => {
    const cookies = Array.from({ length: MOST_COOKIES }, (_, i) => `c${i}=${LARGE_COOKIE}`)
    const cookie = cookies.join('; ')
    expect((await logIn(nginx.adminUrl, { cookie })).status).toBe(200)
    expect((await byHttp('/admin/login', { cookie })).status).toBe(200)
  })

  test('nor by HTTP/2, where each is a field of its own', async () => {
    const session = connectHttp2(nginx.adminUrl, { maxSendHeaderBlockLength: 2_000_000 })
    const cookie = Array.from({ length: MOST_COOKIES }, (_, i) => `c${i}=${LARGE_COOKIE}`)
    const stream = session.request({ ':path': '/admin/login', cookie })
    const [headers = {}] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(headers[':status']).toBe(200)
    expect(await text(stream)).toContain('Admin password')
    session.close()
  })
})

describe('[HTTP8] by http at the dashboard’s port', () => {
  test('a person is led to https by way of the page about trust', async () => {
    const host = `${LAN_NAME}:${adminPort}`
    const { status, headers } = await byHttp('/admin/log.html?x=1', { ...AS_PERSON, host })
    const { port } = new URL(nginx.httpUrl)
    const next = encodeURIComponent('/admin/log.html?x=1')
    expect([status, headers.location]).toEqual([
      307,
      `http://${LAN_NAME}:${port}/trust/?next=${next}`,
    ])
  })

  test('who asks where apps are is led by way of that page as well, a program is not', async () => {
    const { port } = new URL(nginx.httpUrl)
    const led = async (headers: Record<string, string>) => {
      const asked = { path: '/metrics', headers: { host: `${LAN_NAME}:${port}`, ...headers } }
      return (await probe(Number(port), asked)).headers.location
    }
    expect(await led({})).toBe(`http://${LAN_NAME}:${adminPort}/metrics`)
    expect(await led(AS_PERSON)).toBe(`https://${LAN_NAME}:${adminPort}/metrics`)
    const page = { path: '/admin/', headers: { host: `${LAN_NAME}:${port}`, ...AS_PERSON } }
    expect((await probe(Number(port), page)).headers.location).toBe('../trust/?next=%2Fadmin%2F')
  })

  test('on the box’s own machine, and by programs, it is served', async () => {
    expect((await byHttp('/admin/login', AS_PERSON)).status).toBe(200)
    expect((await byHttp('/healthz', { host: LAN_NAME })).status).toBe(200)
    const login = await logIn(nginx.adminUrl.replace('https', 'http'))
    expect(await login.json()).toMatchObject({ token: expect.stringContaining('eyJ') })
  })

  test('it is served with BOX_HTTP=serve', async () => {
    await box.stop()
    box = await start({ BOX_HTTP: 'serve' })
    const host = `${LAN_NAME}:${adminPort}`
    expect((await byHttp('/admin/login', { ...AS_PERSON, host })).status).toBe(200)
    const { port } = new URL(nginx.httpUrl)
    const headers = { host: `${LAN_NAME}:${port}`, ...AS_PERSON }
    const led = await probe(Number(port), { path: '/admin/', headers })
    expect(led.headers.location).toBe(`http://${LAN_NAME}:${adminPort}/admin/`)
  })
})

test('a box that does not answer is told of in words', async () => {
  const lonely = await startNginx(1, { certificateDir: join(dir, 'tls') })
  try {
    for (const url of [lonely.adminUrl, lonely.adminUrl.replace('https', 'http')]) {
      const answer = await fetch(`${url}/admin/`)
      expect(answer.status).toBe(502)
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining('starting') })
    }
  } finally {
    await lonely.stop()
  }
})
