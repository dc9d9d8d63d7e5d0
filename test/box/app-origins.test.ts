import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppApi, shownApp } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { makeCertificate } from '../support/certificate.ts'
import { AS_PERSON, DoorBed, FILE, SOCKET } from '../support/door-bed.ts'
import { type Probe, type ProbeAnswer, probe } from '../support/http-probe.ts'
import { findFreeRange } from '../support/port-range.ts'

let bed: DoorBed
let first: number
let webDir: string

beforeEach(async () => {
  first = await findFreeRange(3)
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await mkdir(join(webDir, 'apps/by-hand'), { recursive: true })
  await writeFile(join(webDir, 'apps/by-hand/index.html'), 'by hand')
  await writeFile(join(webDir, 'index.html'), 'the first page')
})
afterEach(async () => {
  await bed.stop()
  await rm(webDir, { recursive: true })
})

const byPorts = (count = 3) => `${first}-${first + count - 1}`

async function start(rule: string, env: Record<string, string> = {}): Promise<void> {
  bed = await DoorBed.start({ BOX_APP_ORIGINS: rule, BOX_WEB_DIR: webDir, ...env })
}

/** @returns what the API says of it */
async function deploy(
  name: string,
): Promise<{ url: string; origin: string; sharesBecause: string }> {
  const api = await AppApi.of(bed.box.adminUrl, bed.filesDir)
  const files = { 'index.html': `the page of ${name}`, 'sw.js': 'old', 'a b.png': 'picture' }
  return (await (await api.deploy(name, await zipOf(files))).json()) as never
}

function listed(name: string): Promise<Record<string, unknown> | undefined> {
  return shownApp(bed.box.adminUrl, bed.filesDir, name)
}

/** Asks as a client does that has that host in its address bar. */
function at(port: number, path: string, more: Probe['headers'] = {}): Promise<ProbeAnswer> {
  return probe(port, { path, headers: { host: `127.0.0.1:${port}`, ...more } })
}

describe('[APPS1] with a range of ports', () => {
  test('each app is alone at its port, with what apps need', async () => {
    await start(byPorts())
    const chess = await deploy('chess')
    const garden = await deploy('garden')
    expect(chess).toMatchObject({
      ...{ url: `http://127.0.0.1:${first}/apps/chess/`, origin: 'own', sharesBecause: '' },
    })
    expect(garden.url).toBe(`http://127.0.0.1:${first + 1}/apps/garden/`)
    for (const [port, own, other] of [
      [first, 'chess', 'garden'],
      [first + 1, 'garden', 'chess'],
    ] as const) {
      expect(await at(port, `/apps/${own}/`)).toMatchObject({
        ...{ status: 200, body: `the page of ${own}` },
        headers: { 'origin-agent-cluster': '?1' },
      })
      const root = await at(port, '/?room=1')
      expect([root.status, root.headers.location]).toEqual([307, `apps/${own}/?room=1`])
      for (const path of ['/lib/', '/healthz', '/readyz', '/apps/use-this-box.js']) {
        expect.soft((await at(port, path)).status, path).toBe(200)
      }
      for (const path of [
        ...[`/apps/${other}/`, `/apps/${other}/sw.js`, `/apps/${other}`, '/apps', '/apps/'],
        ...['/demos/chat/', '/home/home.js', '/apps/by-hand/', '/addresses', '/admin/', '/metrics'],
        ...['/api/v1/login', '/common/theme.css', `/apps/${own}/../${other}/`, '/nothing'],
        ...[`/apps/${own}/%2e%2e/${other}/`, `//apps/${other}/`, `/apps/${own}%2f..%2f${other}/`],
      ]) {
        const { status, body } = await at(port, path)
        expect.soft([status, body.includes(`of ${other}`)], path).toEqual([404, false])
      }
    }
    // What a program says of the host changes nothing.
    expect((await at(first, '/apps/garden/', { host: `127.0.0.1:${first + 1}` })).status).toBe(404)
    expect((await at(first, '/apps/garden/', { host: `127.0.0.1:${bed.box.port}` })).status).toBe(
      404,
    )
  })

  test('files and sessions are the same at each, for pages of that very origin only', async () => {
    await start(byPorts(), { BOX_TRUSTED_PROXIES: 'loopback' })
    await deploy('chess')
    await deploy('garden')
    // Not on the box's own machine, whose pages may use it all.
    const neighbour = { 'x-forwarded-for': '192.168.1.7' }
    const own = { ...neighbour, host: `127.0.0.1:${first}`, origin: `http://127.0.0.1:${first}` }
    const other = { ...own, origin: `http://127.0.0.1:${first + 1}` }
    const put = { method: 'PUT', path: FILE, body: 'x' }
    expect((await probe(first, { ...put, headers: own })).status).toBe(201)
    expect((await probe(first, { ...put, headers: other })).status).toBe(403)
    const read = await probe(first, { path: FILE, headers: own })
    expect(read).toMatchObject({
      ...{ status: 200, body: 'x' },
      headers: { 'access-control-allow-origin': own.origin },
    })
    const readByOther = await probe(first, { path: FILE, headers: other })
    expect(readByOther.headers).not.toHaveProperty('access-control-allow-origin')
    const socket = (headers: Record<string, string>) =>
      probe(first, { ...SOCKET, headers: { ...SOCKET.headers, ...headers } })
    expect(await socket(own)).toMatchObject({ status: 101, body: '' })
    expect(await socket(other)).toMatchObject({ status: 101, closeCode: 4103 })
  })

  test('[APPS5] [ROLE9] the script of the box in a page asks and tells at the own origin of its app', async () => {
    await start(byPorts(), { BOX_TRUSTED_PROXIES: 'loopback' })
    await deploy('chess')
    await deploy('garden')
    const neighbour = { 'x-forwarded-for': '192.168.1.7', host: `127.0.0.1:${first}` }
    const at = (path: string, headers: object, body?: string) =>
      probe(first, {
        ...{ method: body === undefined ? 'GET' : 'POST', path },
        headers: { ...neighbour, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body }),
      })
    expect(await at('/apps/chess/.box/visitor', {})).toMatchObject({ status: 200 })
    expect(await at('/apps/garden/.box/visitor', {})).toMatchObject({ status: 404 })
    expect(await at('/apps/watch-page.js', {})).toMatchObject({ status: 200 })
    const report = JSON.stringify({ hosts: [{ host: 'cdn.example', outcome: 'vain' }] })
    const own = { origin: `http://127.0.0.1:${first}` }
    expect((await at('/apps/chess/.box/asked', own, report)).status).toBe(204)
    const other = { origin: `http://127.0.0.1:${first + 1}` }
    expect((await at('/apps/chess/.box/asked', other, report)).status).toBe(403)
  })

  test('[APPS4] what was stored before by the address of then can still be read', async () => {
    await start(byPorts(), { BOX_TRUSTED_PROXIES: 'loopback' })
    await deploy('chess')
    const neighbour = { 'x-forwarded-for': '192.168.1.7', host: `127.0.0.1:${bed.box.port}` }
    const put = { method: 'PUT', path: FILE, body: 'x' }
    expect((await bed.ask(put, neighbour)).status).toBe(201)
    const from = (origin: string) => ({ ...neighbour, origin })
    const own = from(`http://127.0.0.1:${first}`)
    const read = await bed.ask({ path: FILE }, own)
    expect([read.status, read.headers['access-control-allow-origin']]).toEqual([200, own.origin])
    expect((await bed.ask(put, own)).status).toBe(403)
    expect(await bed.ask(SOCKET, own)).toMatchObject({ closeCode: 4103 })
    for (const other of [
      ...[
        `http://127.0.0.1:${first + 1}`,
        `http://192.168.1.9:${first}`,
        'http://127.0.0.1:1',
        'null',
      ],
    ]) {
      const { headers } = await bed.ask({ path: FILE }, from(other))
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test('[APPS2] where apps share an origin, its address redirects to its own', async () => {
    await start(byPorts())
    await deploy('chess')
    for (const path of [
      '/apps/chess',
      '/apps/chess/',
      '/apps/chess/rooms/a%20b.html?room=1&x=%2F',
    ]) {
      const { status, headers } = await bed.ask({ path }, { host: `localhost:${bed.box.port}` })
      expect([status, headers.location]).toEqual([307, `http://localhost:${first}${path}`])
    }
    expect((await bed.ask({ path: '/apps/nothing/' })).status).toBe(404)
    expect((await bed.ask({ path: '/apps/by-hand/' })).body).toBe('by hand')
    expect(await listed('chess')).toMatchObject({ origin: 'own', url: 'apps/chess/' })
    expect(await listed('by-hand')).toMatchObject({
      ...{ origin: 'shared', sharesBecause: expect.stringContaining('web/apps') },
    })
  })

  test('[APPS2] icons are shown in lists, and a service worker of before is taken back', async () => {
    await start(byPorts())
    await deploy('chess')
    const icon = await bed.ask({ path: '/apps/chess/a%20b.png' }, { 'sec-fetch-dest': 'image' })
    expect([icon.status, icon.body]).toEqual([200, 'picture'])
    const worker = await bed.ask({ path: '/apps/chess/sw.js' }, { 'service-worker': 'script' })
    expect(worker).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(worker.body).toContain('registration.unregister()')
    expect((await at(first, '/apps/chess/sw.js', { 'service-worker': 'script' })).body).toBe('old')
  })

  test('[APPS3] ports last, and go with their apps', async () => {
    await start(byPorts())
    await deploy('chess')
    await deploy('garden')
    bed = await bed.restart({ BOX_APP_ORIGINS: byPorts(), BOX_WEB_DIR: webDir })
    expect((await at(first + 1, '/apps/garden/')).body).toBe('the page of garden')
    const removed = await bed.askAdmin({
      ...{ method: 'DELETE', path: '/api/v1/apps/chess' },
      headers: { authorization: `Bearer ${await bed.adminToken()}` },
    })
    expect(removed.status).toBe(204)
    await expect.poll(() => at(first, '/').catch(() => 'closed')).toBe('closed')
    expect((await deploy('go')).url).toBe(`http://127.0.0.1:${first}/apps/go/`)
    expect((await at(first, '/apps/go/')).status).toBe(200)
    const record = JSON.parse(await readFile(join(bed.filesDir, 'apps/garden/app.json'), 'utf8'))
    expect(record.port).toBe(first + 1)
    // Without walls all is as it was.
    bed = await bed.restart({ BOX_WEB_DIR: webDir })
    expect((await bed.ask({ path: '/apps/garden/' })).body).toBe('the page of garden')
    expect(await listed('garden')).toMatchObject({ origin: null, sharesBecause: '' })
    bed = await bed.restart({ BOX_APP_ORIGINS: byPorts(), BOX_WEB_DIR: webDir })
    expect((await at(first + 1, '/apps/garden/')).body).toBe('the page of garden')
  })

  test('[APPS3] when none is left, the app shares the origin, and all say so', async () => {
    await start(byPorts(1))
    await deploy('chess')
    const garden = await deploy('garden')
    expect(garden).toMatchObject({
      ...{ url: `${bed.box.url}/apps/garden/`, origin: 'shared' },
      sharesBecause: expect.stringContaining(`no port is left in BOX_APP_ORIGINS=${byPorts(1)}`),
    })
    expect(await listed('garden')).toMatchObject({ sharesBecause: garden.sharesBecause })
    expect((await bed.ask({ path: '/apps/garden/' })).body).toBe('the page of garden')
    expect(bed.logged('app-origin-failed')).toMatchObject([
      { app: 'garden', reason: garden.sharesBecause },
    ])
  })

  describe('of which another program has one', () => {
    let program: Server
    beforeEach(async () => {
      program = createServer().listen(first, '127.0.0.1')
      await once(program, 'listening')
    })
    afterEach(() => program.close())

    test('[APPS3] the box starts, and the app shares the origin until the port is free', async () => {
      await start(byPorts())
      const chess = await deploy('chess')
      expect(chess).toMatchObject({
        ...{ url: `${bed.box.url}/apps/chess/`, origin: 'shared' },
        sharesBecause: `port ${first} is in use: stop the program that uses it, or set BOX_APP_ORIGINS to other ports`,
      })
      bed = await bed.restart({ BOX_APP_ORIGINS: byPorts(), BOX_WEB_DIR: webDir })
      expect(bed.logged('app-origin-failed')).toMatchObject([{ app: 'chess', port: first }])
      expect((await bed.ask({ path: '/apps/chess/' })).body).toBe('the page of chess')
      program.close()
      await once(program, 'close')
      bed = await bed.restart({ BOX_APP_ORIGINS: byPorts(), BOX_WEB_DIR: webDir })
      expect((await at(first, '/apps/chess/')).status).toBe(200)
    })
  })
})

describe('[APPS1] with names', () => {
  const RULE = '*.apps.box.test'
  const host = (name: string) => ({ host: `${name}.apps.box.test:${bed.box.port}` })

  test('each app is alone at its host, also one that was put there by hand', async () => {
    await start(RULE)
    await deploy('chess')
    await deploy('garden')
    for (const name of ['chess', 'garden']) {
      const page = await bed.ask({ path: `/apps/${name}/` }, host(name))
      expect([page.status, page.body]).toEqual([200, `the page of ${name}`])
    }
    expect((await bed.ask({ path: '/apps/by-hand/' }, host('by-hand'))).body).toBe('by hand')
    for (const path of ['/apps/garden/', '/apps', '/demos/chat/', '/admin/']) {
      expect.soft((await bed.ask({ path }, host('chess'))).status, path).toBe(404)
    }
    const link = await bed.ask({ path: '/apps/chess/?a=1' })
    expect([link.status, link.headers.location]).toEqual([
      307,
      `http://chess.apps.box.test:${bed.box.port}/apps/chess/?a=1`,
    ])
    expect((await bed.ask({ path: '/' }, host('nothing'))).status).toBe(307)
    expect((await bed.ask({ path: '/apps/nothing/' }, host('nothing'))).status).toBe(404)
  })

  test('[ACCESS12] the box knows itself by these names, and by no other below them', async () => {
    await start(RULE)
    await deploy('chess')
    expect((await bed.ask({ path: '/apps/chess/' }, host('chess'))).status).toBe(200)
    for (const name of ['a.chess', 'chess.apps.box.test.evil']) {
      expect((await bed.ask({ path: '/apps/chess/' }, host(name))).status).toBe(403)
    }
  })

  test('[APPS2] whoever is in by a link is in there, too, and the address keeps no token', async () => {
    await start(RULE, { BOX_ACCESS: 'invite' })
    await deploy('chess')
    const { token } = await bed.invite()
    const stranger = await bed.ask({ path: '/apps/chess/' }, { ...AS_PERSON, ...host('chess') })
    expect(stranger.status).toBe(401)
    const cookie = { ...AS_PERSON, cookie: `box-access=${token}` }
    const link = await bed.ask({ path: '/apps/chess/?room=1' }, cookie)
    const location = new URL(link.headers.location ?? '')
    expect([link.status, location.hostname]).toEqual([307, 'chess.apps.box.test'])
    expect(location.pathname).toBe(`/t/${token}/apps/chess/`)
    const path = location.pathname + location.search
    const entered = await bed.ask({ path }, { ...AS_PERSON, ...host('chess') })
    expect([entered.status, new URL(entered.headers.location ?? '', location).href]).toEqual([
      303,
      `http://chess.apps.box.test:${bed.box.port}/apps/chess/?room=1`,
    ])
    expect(String(entered.headers['set-cookie'])).toContain(`box-access=${token}; Path=/`)
    // A script that asks is not handed the token of its page's visitor.
    const fetched = await bed.ask(
      { path: '/apps/chess/' },
      { ...cookie, 'sec-fetch-mode': 'cors', accept: '*/*' },
    )
    expect(fetched.headers.location).not.toContain(token)
  })

  test('[ACCESS12] the certificate of the box is for all of them', async () => {
    const tlsDir = join(webDir, 'tls')
    await start('*.apps.box.local', { BOX_TLS: 'local-ca', BOX_TLS_DIR: tlsDir })
    const { subjectAltName } = new X509Certificate(await readFile(join(tlsDir, 'box.pem')))
    expect(subjectAltName?.split(', ')).toContain('DNS:*.apps.box.local')
  })

  test('a certificate of the owner that lacks them is named in the log', async () => {
    const { certificate, key } = await makeCertificate(['box.test'])
    const [certFile, keyFile] = [join(webDir, 'cert.pem'), join(webDir, 'key.pem')]
    await writeFile(certFile, certificate)
    await writeFile(keyFile, key)
    await start(RULE, {
      ...{ BOX_TLS: 'provided', BOX_TLS_CERT_FILE: certFile, BOX_TLS_KEY_FILE: keyFile },
      BOX_TLS_DIR: join(webDir, 'tls'),
    })
    expect(bed.logged('app-names-uncertified')).toMatchObject([{ names: [RULE] }])
  })

  test('an app whose name is no part of a host name shares the origin', async () => {
    await mkdir(join(webDir, 'apps/Our App'))
    await writeFile(join(webDir, 'apps/Our App/index.html'), 'ours')
    await start(RULE)
    expect((await bed.ask({ path: '/apps/Our%20App/' })).body).toBe('ours')
    expect(await listed('Our App')).toMatchObject({ origin: 'shared' })
  })
})
