import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'plist'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { authorityOf, makeCertificate } from './support/certificate.ts'
import { AS_PERSON, FILE, STRANGER } from './support/door-bed.ts'
import { type Probe, type ProbeAnswer, probe, UPGRADE } from './support/http-probe.ts'
import { startBox, type TestBox } from './support/start-box.ts'

const HOST = { host: 'box.lan:8080' }
const BY_HTTPS = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'box.lan' }
const PASSPHRASE = { BOX_ACCESS: 'passphrase', BOX_PASSPHRASE: 'let me in, please' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const POLICIES = ['lan', 'open', 'passphrase', 'invite'] as const

const LOCAL_CA = { BOX_TLS: 'local-ca', BOX_HOSTNAMES: 'box.lan,*.box.lan' }

let dir: string
let box: TestBox

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trust-'))
})

afterAll(() => rm(dir, { recursive: true }))

describe('with an authority of its own', () => {
  beforeAll(() => start({ BOX_URLS: 'http://localhost:8080/,https://localhost/' }))
  afterAll(() => box.stop())

  test.each(['/trust/../index.html', '/trust/%2e%2e/index.html', '/trust/..%2findex.html'])(
    '%s is no way round the door',
    async (path) => {
      const { status, body } = await ask({ path, headers: STRANGER })
      expect(status).not.toBe(200)
      expect(body).not.toContain('<html')
    },
  )

  test('the certificate comes as devices take it', async () => {
    const expected = new X509Certificate(await authorityOf(box))
    const der = await fetch(`${box.url}/trust/ca.crt`)
    expect(der.headers.get('content-type')).toBe('application/x-x509-ca-cert')
    expect(der.headers.get('content-disposition')).toBe('attachment; filename="croquet-box.crt"')
    expect(Buffer.from(await der.arrayBuffer()).equals(expected.raw)).toBe(true)
    const text = await ask({ path: '/trust/ca.pem' })
    expect(new X509Certificate(text.body).fingerprint256).toBe(expected.fingerprint256)
    const profile = await ask({ path: '/trust/box.mobileconfig' })
    expect(profile.headers['content-type']).toBe('application/x-apple-aspen-config')
    expect(parse(profile.body)).toMatchObject({
      PayloadContent: [{ PayloadContent: new Uint8Array(expected.raw) }],
    })
  })

  test('the page is told by which addresses the box is reached', async () => {
    const authority = new X509Certificate(await authorityOf(box))
    const { headers, body } = await ask({ path: '/trust/about.json', headers: HOST })
    expect(headers['cache-control']).toBe('no-store')
    expect(JSON.parse(body)).toEqual({
      mode: 'local-ca',
      httpUrl: 'http://box.lan:8080',
      httpsUrl: 'https://box.lan',
      isCertified: true,
      otherHosts: ['box.lan'],
      authority: {
        name: expect.stringMatching(/^Croquet box/),
        fingerprint: authority.fingerprint256,
        notAfter: authority.validToDate.toISOString(),
      },
    })
  })

  test('pages of any origin may try whether it is trusted', async () => {
    const { headers } = await ask({ path: '/trust/check', headers: { origin: 'http://box.lan' } })
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    })
  })

  test('the page runs no script but its own, and in no frame', async () => {
    const { headers, body } = await ask({ path: '/trust/' })
    expect(headers['content-security-policy']).toMatch(/script-src 'self'.*frame-ancestors 'none'/)
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style|style=/)
  })

  test('a page that is opened by http leads to the page about trust, and from then on to https', async () => {
    const first = await openPage('/demos/?q=1')
    expect(first.status).toBe(307)
    expect(first.headers).toMatchObject({
      location: '../trust/?next=%2Fdemos%2F%3Fq%3D1',
      'cache-control': 'no-store',
    })
    const noted = await ask({ method: 'POST', path: '/trust/trusted', headers: BY_HTTPS })
    expect(noted.status).toBe(204)
    const [cookie = ''] = noted.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^box-trusts=[\da-f]{64}; Path=\/; Max-Age=34560000; HttpOnly; Same/)
    expect(cookie).not.toMatch(/Secure|Domain/)
    const second = await openPage('/demos/?q=1', { cookie: cookie.split(';', 1)[0] ?? '' })
    expect([second.status, second.headers.location]).toEqual([307, 'https://box.lan/demos/?q=1'])
  })

  test('nobody trusts it by http', async () => {
    const { status, headers } = await ask({ method: 'POST', path: '/trust/trusted', headers: HOST })
    expect([status, headers['set-cookie']]).toEqual([400, undefined])
  })

  test.each([
    ['/demos/counter/?a=b', '../demos/counter/?a=b'],
    ['//evil.example', '../'],
    ['/\\evil.example', '../'],
    ['https://evil.example/', '../'],
    ['/\r\nx: y', '../'],
  ])('who wants to go on without https to %j is sent to %s, for a day', async (next, location) => {
    const answer = await ask({
      ...{ method: 'POST', path: '/trust/plain', headers: { ...HOST, ...FORM } },
      body: new URLSearchParams({ next }).toString(),
    })
    expect([answer.status, answer.headers.location]).toEqual([303, location])
    const [cookie = '', forgotten] = answer.headers['set-cookie'] ?? []
    expect(cookie).toContain('Max-Age=86400')
    expect(forgotten).toMatch(/^box-trusts=; .*Max-Age=0/)
    const page = await openPage('/', { cookie: cookie.split(';', 1)[0] ?? '' })
    expect(page.status).toBe(200)
  })

  test.each<[string, Probe, number]>([
    ['curl', { path: '/', headers: { accept: '*/*' } }, 200],
    ['a script', { path: '/', headers: { accept: 'text/html', 'sec-fetch-mode': 'cors' } }, 200],
    ['the head of a page', { method: 'HEAD', path: '/', headers: AS_PERSON }, 200],
    ['a form', { method: 'POST', path: '/', headers: AS_PERSON }, 404],
    ['a file', { path: FILE, headers: AS_PERSON }, 404],
    ['a library', { path: '/lib/', headers: AS_PERSON }, 200],
    ['health', { path: '/healthz', headers: AS_PERSON }, 200],
    ['the page about trust', { path: '/trust/', headers: AS_PERSON }, 200],
  ])('%s is served by http', async (_, asked, status) => {
    expect((await ask({ ...asked, headers: { ...HOST, ...asked.headers } })).status).toBe(status)
  })

  test('so are pages on the machine of the box', async () => {
    const near = await ask({ path: '/', headers: { ...AS_PERSON, host: 'localhost:8888' } })
    expect(near.status).toBe(200)
  })

  test('who is not let in is told so, and led nowhere', async () => {
    const { status, body } = await openPage('/demos/', STRANGER)
    expect([status, body.includes('This box is for its own network.')]).toEqual([403, true])
  })

  test('a token gets into no other address', async () => {
    const { status, headers } = await openPage('/t/eyJa.eyJb.c/demos/')
    expect([status, headers.location]).toEqual([401, undefined])
  })
})

describe('with other settings', () => {
  afterEach(() => box.stop())

  test.each(['256.256.256.256', 'box:65536', '[:::]'])(
    'a request by %s, which is no host, is answered, and harms nobody',
    async (host) => {
      await start({ BOX_ACCESS: 'open' })
      const socket = await ask({ path: `/${'x'.repeat(43)}`, headers: { ...UPGRADE, host } })
      expect(socket.status).toBe(101)
      expect((await openPage('/', { host })).status).toBe(200)
      expect((await ask({ path: '/trust/about.json', headers: { host } })).status).toBe(200)
    },
  )

  test.each(POLICIES)(
    '[ACCESS1] with BOX_ACCESS=%s everybody gets what it takes to trust the box',
    async (policy) => {
      await start({ ...PASSPHRASE, BOX_ACCESS: policy })
      for (const path of [
        ...[
          '/trust/',
          '/trust/trust.js',
          '/trust/common/theme.css',
          '/trust/common/copy-button.js',
        ],
        ...['/trust/lib/qrcode-generator@2.0.4/dist/qrcode.mjs', '/trust/about.json'],
        ...['/trust/ca.crt', '/trust/ca.pem', '/trust/box.mobileconfig'],
      ]) {
        expect.soft((await ask({ path, headers: STRANGER })).status, path).toBe(200)
      }
      expect((await ask({ path: '/trust/check', headers: STRANGER })).status).toBe(204)
      const { status, headers } = await ask({ path: '/trust?next=/x', headers: STRANGER })
      expect([status, headers.location]).toEqual([307, 'trust/?next=/x'])
      // But what apps there are, only those are told who are let in.
      const place = await ask({ path: '/trust/place?next=/demos/chat/', headers: STRANGER })
      expect(place.status === 200).toBe(policy === 'open')
      if (policy !== 'open') expect(place.body).not.toContain('Chat')
    },
  )

  test('nobody is asked for the passphrase by http', async () => {
    await start(PASSPHRASE)
    const { status, headers } = await openPage('/demos/')
    expect([status, headers.location]).toEqual([307, '../trust/?next=%2Fdemos%2F'])
    const page = await ask({ path: '/demos/', headers: { ...BY_HTTPS, ...AS_PERSON } })
    expect([page.status, page.body.includes('name="passphrase"')]).toEqual([401, true])
  })

  test('[HTTP7] nobody is led in circles behind a proxy of https that is not believed', async () => {
    await start({ BOX_TRUSTED_PROXIES: '10.9.9.9', BOX_TLS: 'provided', ...(await provided()) })
    expect((await openPage('/')).status).toBe(307)
    expect((await openPage('/', { 'x-forwarded-proto': 'https' })).status).toBe(200)
  })

  test('with BOX_HTTP=serve pages are served by http', async () => {
    await start({ BOX_HTTP: 'serve' })
    expect((await openPage('/')).status).toBe(200)
  })

  test.each(['off', 'provided'])(
    'with BOX_TLS=%s there is nothing to take, and the page says so',
    async (mode) => {
      await start({ BOX_TLS: mode, ...(await provided()) })
      const about = JSON.parse((await ask({ path: '/trust/about.json', headers: HOST })).body)
      expect(about.mode).toBe(mode)
      expect(about).not.toHaveProperty('authority')
      for (const path of ['/trust/ca.crt', '/trust/ca.pem', '/trust/box.mobileconfig']) {
        const { status, body } = await ask({ path })
        expect([status, JSON.parse(body).message]).toEqual([
          404,
          expect.stringContaining('nothing to trust'),
        ])
      }
      for (const path of ['/trust/trusted', '/trust/plain']) {
        const headers = { ...BY_HTTPS, ...FORM }
        expect((await ask({ method: 'POST', path, headers, body: 'next=/' })).status).toBe(404)
      }
      const { status, headers } = await openPage('/demos/')
      const expected = mode === 'off' ? [404, undefined] : [307, 'https://box.lan/demos/']
      expect([status, headers.location]).toEqual(expected)
    },
  )
})

async function start(env: Record<string, string> = {}): Promise<void> {
  box = await startBox({ ...LOCAL_CA, ...env })
}

/** The files that an owner brings. */
async function provided() {
  const files = {
    BOX_TLS_CERT_FILE: join(dir, 'fullchain.pem'),
    BOX_TLS_KEY_FILE: join(dir, 'privkey.pem'),
  }
  const { certificate, key } = await makeCertificate(['box.lan'])
  await writeFile(files.BOX_TLS_CERT_FILE, certificate)
  await writeFile(files.BOX_TLS_KEY_FILE, key)
  return files
}

function ask(asked: Probe): Promise<ProbeAnswer> {
  return probe(box.port, asked)
}

/** As a browser that came by http asks for a page. */
function openPage(path: string, headers: Record<string, string> = {}): Promise<ProbeAnswer> {
  return ask({ path, headers: { ...HOST, accept: 'text/html,*/*;q=0.8', ...headers } })
}
