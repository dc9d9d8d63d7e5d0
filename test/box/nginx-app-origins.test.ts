import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { authorityOf } from '../support/certificate.ts'
import { FILE, ID } from '../support/door-bed.ts'
import { probe } from '../support/http-probe.ts'
import { findFreePorts, startNginx, type TestNginx } from '../support/nginx.ts'
import { findFreeRange } from '../support/port-range.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

/** As in its container the box has the same ports as nginx, at an address of its own. */
const BOX_HOST = '127.0.0.2'
const AS_PERSON = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

const trustedBefore = getCACertificates('default')
let dir: string
let first: number
let box: TestBox
let nginx: TestNginx

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'nginx-origins-'))
  // nginx reads the certificate as another user.
  await chmod(dir, 0o755)
  const [boxPort = 0, adminPort = 0] = await findFreePorts(2)
  first = await findFreeRange(2)
  nginx = await startNginx(boxPort, {
    certificateDir: join(dir, 'tls'),
    uploadsDir: join(dir, 'files/uploads'),
    env: {
      NGINX_BOX: `${BOX_HOST}:${boxPort}`,
      NGINX_LISTEN_APPS: `127.0.0.1:${first}-${first + 1}`,
    },
  })
  box = await startBox({
    ...{ BOX_HOST, BOX_PORT: `${boxPort}`, BOX_ADMIN_PORT: `${adminPort}` },
    ...{ BOX_FILES_DIR: join(dir, 'files'), BOX_TLS: 'local-ca', BOX_TLS_DIR: join(dir, 'tls') },
    BOX_URLS: `${nginx.httpUrl}/,${nginx.httpsUrl}/`,
    BOX_TRUSTED_PROXIES: 'loopback',
    BOX_APP_ORIGINS: `${first}-${first + 1}`,
  })
  setDefaultCACertificates([...trustedBefore, await authorityOf(box)])
  const api = await AppApi.of(`http://${BOX_HOST}:${adminPort}`, join(dir, 'files'))
  for (const name of ['chess', 'garden']) {
    await api.deploy(name, await zipOf({ 'index.html': `the page of ${name}` }))
  }
})
afterAll(async () => {
  setDefaultCACertificates(trustedBefore)
  await nginx?.stop()
  await box?.stop()
  await rm(dir, { recursive: true })
})

describe('[APPS1] through nginx', () => {
  test('each app is alone at its port, by https', async () => {
    const pages = await Promise.all(
      ['chess', 'garden'].flatMap((name) =>
        [0, 1].map(async (index) => {
          const answer = await fetch(`https://127.0.0.1:${first + index}/apps/${name}/`)
          return answer.ok ? await answer.text() : answer.status
        }),
      ),
    )
    expect(pages).toEqual(['the page of chess', 404, 404, 'the page of garden'])
  })

  test('[APPS2] the old address leads there by the scheme by which somebody came', async () => {
    const answer = await fetch(`${nginx.httpsUrl}/apps/garden/?room=1`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(
      `https://127.0.0.1:${first + 1}/apps/garden/?room=1`,
    )
    const program = await fetch(`${nginx.httpUrl}/apps/garden/`, { redirect: 'manual' })
    expect(program.headers.get('location')).toBe(`http://127.0.0.1:${first + 1}/apps/garden/`)
  })

  test('files and web sockets are at each of them', async () => {
    const url = `https://127.0.0.1:${first}${FILE}`
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(201)
    expect(await (await fetch(url)).text()).toBe('x')
    const socket = new WebSocket(`wss://127.0.0.1:${first}/reflector/${ID}`, {
      origin: `https://127.0.0.1:${first}`,
    })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.close()
  })

  test('[HTTP7] by http a program is served there, and a person is led to https at that port', async () => {
    const host = { host: `192.168.1.20:${first}` }
    const byProgram = await probe(first, { path: '/apps/chess/', headers: host })
    expect([byProgram.status, byProgram.body]).toEqual([200, 'the page of chess'])
    const headers = { ...host, ...AS_PERSON }
    const led = await probe(first, { path: '/apps/chess/?room=1', headers })
    expect([led.status, led.headers.location]).toEqual([
      307,
      `../../trust/?next=${encodeURIComponent('/apps/chess/?room=1')}`,
    ])
    const about = await probe(first, { path: '/trust/about.json', headers: host })
    expect(JSON.parse(about.body)).toMatchObject({
      httpUrl: `http://192.168.1.20:${first}`,
      httpsUrl: `https://192.168.1.20:${first}`,
    })
  })
})
