import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readdir, readFile, stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import { authorityOf } from '../support/certificate.ts'
import { probe, UPGRADE } from '../support/http-probe.ts'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import type { SyncArgs } from '../support/wire.ts'

const BYTES_PER_MB = 1_000_000
const MAX_UPLOAD_MB = 6
const POLL_MS = 20
/** A port that is never taken by chance. */
const NOBODY_LISTENS = 1
const ROOT = join(import.meta.dirname, '../..')

const trustedBefore = getCACertificates('default')
const clients = new RawClients()
let box: TestBox
let nginx: TestNginx

beforeAll(async () => {
  box = await startBox({
    BOX_TRUSTED_PROXIES: 'loopback',
    BOX_TLS: 'local-ca',
    BOX_MAX_UPLOAD_MB: String(MAX_UPLOAD_MB),
  })
  // A temporary folder is its owner's alone, and nginx runs as somebody else.
  await chmod(box.filesDir, 0o755)
  const certificateDir = join(box.filesDir, 'tls')
  nginx = await startNginx(box.port, { uploadsDir: uploadsDir(), certificateDir })
  setDefaultCACertificates([...trustedBefore, await authorityOf(box)])
})

afterEach(() => clients.closeAll())

afterAll(async () => {
  setDefaultCACertificates(trustedBefore)
  await nginx?.stop()
  await box?.stop()
})

describe('web sockets', () => {
  const spoofed = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-prefix': '/evil',
    'x-forwarded-proto': 'gopher',
  }
  const ways: ReadonlyArray<
    [how: string, address: () => string, headers?: Record<string, string>]
  > = [
    ['https', () => nginx.httpsUrl],
    ['http', () => nginx.httpUrl],
    ['a path prefix', () => `${nginx.httpsUrl}/team/x`],
    ['another name', () => nginx.httpsUrl.replace('127.0.0.1', 'localhost')],
    ['headers that are none of its business', () => nginx.httpsUrl, spoofed],
  ]

  test.each(ways)(
    'who comes by %s is sent to the snapshot the same way',
    async (_, from, headers) => {
      const sessionId = randomSessionId()
      const path = await uploadAndSnap(sessionId)
      const sync = await lookUntilSnapshot(`${from()}/reflector`, sessionId, headers)
      expect(sync.url).toBe(`${from()}/files/${path}`)
      const file = await fetch(sync.url)
      expect(await file.text()).toBe('snapshot')
    },
  )

  test('the box knows where a client is, and believes nginx alone', async () => {
    const sessionId = randomSessionId()
    const client = await clients.connect(reflectorUrl(), sessionId, { headers: spoofed })
    await client.join()
    const lines = box.logLines.filter((line) => line.includes(sessionId))
    const addresses = new Set(lines.map((line) => JSON.parse(line).userIp).filter(Boolean))
    expect([...addresses]).toEqual(['127.0.0.1'])
  })

  test.each([
    ['school-server', 101],
    ['box.local:8443', 101],
    ['attacker.example', 403],
    ['attacker.example:8443', 403],
  ])('[ACCESS12] the box sees that it was asked by the name %s', async (host, status) => {
    const headers = { ...UPGRADE, host, 'x-forwarded-host': 'localhost' }
    const port = Number(new URL(nginx.httpUrl).port)
    const answer = await probe(port, { path: `/reflector/${randomSessionId()}`, headers })
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body).toContain('BOX_HOSTNAMES=attacker.example')
  })

  test('messages and close codes pass', async () => {
    const sessionId = randomSessionId()
    const [a, b] = [await clients.connect(reflectorUrl(), sessionId), await connectPlain(sessionId)]
    await a.join()
    await b.join()
    a.send('SEND', [0, 0, 'hello'])
    await b.next('RECV', (message) => message[2] === 'hello')
    a.sendRaw('no JSON')
    expect(await a.closed()).toMatchObject({ code: 4102 })
  })
})

describe('files', () => {
  test('an upload reaches the box as it comes, and comes back', async () => {
    const bytes = randomBytes(5 * BYTES_PER_MB)
    const url = dataUrl(bytes)
    const upload = httpsRequest(url, {
      method: 'PUT',
      headers: { 'content-length': bytes.length },
    })
    const answered = once(upload, 'response')
    upload.write(bytes.subarray(0, 2 * BYTES_PER_MB))
    await untilIncoming(BYTES_PER_MB)
    upload.end(bytes.subarray(2 * BYTES_PER_MB))
    const [response] = await answered
    expect(response.statusCode).toBe(201)
    expect(await buffer(response)).toBeTruthy()

    const headers = { 'accept-encoding': 'gzip' }
    const whole = await fetch(url, { headers })
    expect(whole.headers.get('content-encoding')).toBeNull()
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
    const part = await fetch(url, { headers: { ...headers, range: 'bytes=4000000-4000999' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(4_000_000, 4_001_000))
  })

  test('what a build has compressed is not compressed again', async () => {
    const script = `let a // ${'.'.repeat(5000)}`
    const files = { 'a.js.gz': gzipSync(script), 'b.js.br': brotliCompressSync(script) }
    const api = await AppApi.of(box.adminUrl, box.filesDir)
    await api.deploy('game', await zipOf({ 'index.html': '', ...files }))
    for (const [path, bytes] of Object.entries(files)) {
      const encoding = path.endsWith('gz') ? 'gzip' : 'br'
      const asked = await rawGet(`${nginx.httpsUrl}/apps/game/${path}`, 'gzip, deflate, br')
      expect(asked.headers['content-encoding']).toBe(encoding)
      expect(asked.headers['content-type']).toContain('text/javascript')
      expect(asked.body).toEqual(bytes)
      // What the box unpacks, nginx may compress for those who take that.
      const plain = await rawGet(`${nginx.httpsUrl}/apps/game/${path}`, 'identity')
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(String(plain.body)).toBe(script)
    }
    const other = await rawGet(`${nginx.httpsUrl}/apps/game/b.js.br`, 'gzip')
    expect(other.headers['content-encoding']).toBe('gzip')
    expect(String(gunzipSync(other.body))).toBe(script)
  })

  test('one that is too large is refused by the box, in its words', async () => {
    const body = new Uint8Array((MAX_UPLOAD_MB + 1) * BYTES_PER_MB)
    const headers = { origin: nginx.httpsUrl }
    const response = await fetch(dataUrl(Buffer.from(body)), { method: 'PUT', headers, body })
    expect(response.status).toBe(413)
    expect(response.headers.get('access-control-allow-origin')).toBe(nginx.httpsUrl)
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('this box') })
  })

  test('that follows one that was refused has a connection that works', async () => {
    const tooLarge = new Uint8Array((MAX_UPLOAD_MB + 1) * BYTES_PER_MB)
    const statuses: number[] = []
    for (let round = 0; round < 8; round += 1) {
      for (const body of [tooLarge, new Uint8Array(randomBytes(BYTES_PER_MB))]) {
        const response = await fetch(dataUrl(Buffer.from(body)), { method: 'PUT', body })
        await response.arrayBuffer()
        statuses.push(response.status)
      }
    }
    expect(statuses).toEqual(Array.from({ length: 8 }, () => [413, 201]).flat())
  })
})

describe('a download', () => {
  const bytes = randomBytes(BYTES_PER_MB)
  let url: string

  beforeAll(async () => {
    url = dataUrl(bytes)
    expect((await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })).status).toBe(201)
  })

  test('is sent by nginx itself, with the headers of the box', async () => {
    const direct = await fetch(url.replace(nginx.httpsUrl, box.url))
    const response = await fetch(url)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect(isNginxTag(response.headers.get('etag'))).toBe(true)
    expect(isNginxTag(direct.headers.get('etag'))).toBe(false)
    expect(headersOfFile(response)).toEqual(headersOfFile(direct))
    expect(response.headers.get('cache-control')).toMatch(/^[^,]*, [^,]*, immutable$/)
    expect(response.headers.get('content-disposition')).toBe('attachment')
    await direct.arrayBuffer()
  })

  test('by HEAD has the same headers', async () => {
    const head = await fetch(url, { method: 'HEAD' })
    const whole = await fetch(url)
    expect(head.status).toBe(200)
    expect(Number(head.headers.get('content-length'))).toBe(bytes.length)
    expect(headersOfFile(head)).toEqual(headersOfFile(whole))
    expect(head.headers.get('etag')).toBe(whole.headers.get('etag'))
    await whole.arrayBuffer()
  })

  test('of a copy that is right is saved', async () => {
    const { headers } = await fetch(url, { method: 'HEAD' })
    const tag = headers.get('etag') ?? ''
    const modified = headers.get('last-modified') ?? ''
    const ask = async (name: string, value: string) =>
      (await fetch(url, { headers: { [name]: value } })).status
    expect(await ask('if-none-match', tag)).toBe(304)
    expect(await ask('if-modified-since', modified)).toBe(304)
    expect(await ask('if-none-match', '"other"')).toBe(200)
  })

  test('of a file that was to be another is refused, and pages of any origin are told so', async () => {
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(url, { method, headers: { 'if-match': '"other"' } })
      expect(response.status).toBe(412)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('cache-control')).toBe('no-store')
      const text = await response.text()
      if (method === 'GET') expect(JSON.parse(text).error).toBe('Precondition Failed')
    }
  })

  test.each([
    ['bytes=10-19', 206, 'bytes 10-19/1000000', 10],
    ['bytes=-5', 206, 'bytes 999995-999999/1000000', 5],
    ['bytes=1000000-', 416, 'bytes */1000000', undefined],
    ['bytes=0-1,5-6', 200, null, 1_000_000],
  ])('of the range %s is answered %i', async (range, status, contentRange, length) => {
    const response = await fetch(url, { headers: { range, origin: nginx.httpsUrl } })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-range')).toBe(contentRange)
    expect(response.headers.get('access-control-allow-origin')).toBe(nginx.httpsUrl)
    const body = await response.arrayBuffer()
    if (length !== undefined) expect(body.byteLength).toBe(length)
  })

  test('goes on where it broke off, or starts again for another file', async () => {
    const tag = (await fetch(url, { method: 'HEAD' })).headers.get('etag') ?? ''
    const range = 'bytes=999990-'
    const status = async (ifRange: string) =>
      (await fetch(url, { headers: { range, 'if-range': ifRange } })).status
    expect(await status(tag)).toBe(206)
    expect(await status('"other"')).toBe(200)
  })

  test('of a file that is not there is refused by the box, in its words', async () => {
    const response = await fetch(dataUrl(randomBytes(1)))
    expect(response.status).toBe(404)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('no file') })
  })

  test('is had from the box by nobody who goes round it', async () => {
    const path = new URL(url).pathname.replace('/files/', '/box-uploads/')
    expect((await fetch(nginx.httpsUrl + path)).status).toBe(404)
    expect((await fetch(`${nginx.httpsUrl}/box-uploads/../box.sqlite`)).status).toBe(404)
  })

  test('is sent by the box where nginx sees no uploads, or others', async () => {
    const blind = await startNginx(box.port)
    try {
      const asked = url.replace(nginx.httpsUrl, `${blind.httpUrl}/team/x`)
      const response = await fetch(asked, { headers: { origin: blind.httpUrl } })
      expect(response.status).toBe(200)
      expect(isNginxTag(response.headers.get('etag'))).toBe(false)
      expect(response.headers.get('access-control-allow-origin')).toBe(blind.httpUrl)
      expect(response.headers.get('content-disposition')).toBe('attachment')
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    } finally {
      await blind.stop()
    }
  })

  test('is sent by the box where nginx may not read the uploads', async () => {
    await chmod(uploadsDir(), 0o700)
    try {
      const response = await fetch(url, { headers: { range: 'bytes=0-9' } })
      expect(response.status).toBe(206)
      expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes.subarray(0, 10))
    } finally {
      await chmod(uploadsDir(), 0o755)
    }
  })
})

describe('pages', () => {
  test('they come over HTTP/2, compressed', async () => {
    const session = connectHttp2(nginx.httpsUrl)
    const stream = session.request({ ':path': '/', 'accept-encoding': 'gzip' })
    const [headers] = await once(stream, 'response')
    expect(headers).toMatchObject({ ':status': 200, 'content-encoding': 'gzip' })
    const page = gunzipSync(await buffer(stream))
    expect(page).toEqual(await readFile(join(ROOT, 'web/index.html')))
    session.close()
  })

  test('they come over http, to who offers another protocol, too', async () => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
    const request = httpRequest(nginx.httpUrl, { headers }).end()
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    expect(response.headers['strict-transport-security']).toBeUndefined()
    await buffer(response)
  })

  test('a header that the box sets is there once', async () => {
    const { headers } = await fetch(`${nginx.httpsUrl}/lib/`)
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

test('while the box is down, pages of any origin are told so', async () => {
  const lonely = await startNginx(NOBODY_LISTENS)
  try {
    const response = await fetch(`${lonely.httpUrl}/files/x`)
    expect(response.status).toBe(502)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({ error: 'Bad Gateway' })
    // Whatever it is called: nginx has types of its own.
    const page = await fetch(`${lonely.httpUrl}/x.html`)
    expect(page.headers.get('content-type')).toBe('application/json')
  } finally {
    await lonely.stop()
  }
})

test('[HTTP9] while the box is down, a person sees a page, at both ports', async () => {
  const lonely = await startNginx(NOBODY_LISTENS, { certificateDir: join(box.filesDir, 'tls') })
  try {
    const headers = { accept: 'text/html,*/*;q=0.8' }
    const admin = lonely.adminUrl.replace('https', 'http')
    for (const url of [`${lonely.httpUrl}/apps/x.html`, `${lonely.httpsUrl}/`, `${admin}/admin/`]) {
      const { status, headers: answered, ...response } = await page(url, headers)
      expect([status, answered.get('content-type')]).toEqual([502, 'text/html; charset=utf-8'])
      expect(answered.get('cache-control')).toBe('no-store')
      expect(response.body).toContain('<h1>The box does not answer.</h1>')
    }
    const asked = await fetch(`${lonely.httpUrl}/`, {
      headers: { ...headers, 'sec-fetch-mode': 'cors' },
    })
    expect(asked.headers.get('content-type')).toBe('application/json')
    expect((await fetch(`${lonely.httpUrl}/box-pages/too-many`)).status).toBe(404)
  } finally {
    await lonely.stop()
  }
})

async function page(url: string, headers: Record<string, string>) {
  // `fetch` says itself what mode it has.
  const { port } = new URL(url)
  const ask = url.startsWith('https:') ? httpsRequest : httpRequest
  const request = ask(url, { port, headers, agent: false }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode,
    headers: new Headers(response.headers as Record<string, string>),
    body: String(await buffer(response)),
  }
}

test('the log has a line for each request, without its query; looking at health leaves none', async () => {
  await fetch(`${nginx.httpUrl}/favicon.svg?q=secret-session`)
  await fetch(`${nginx.httpUrl}/healthz`)
  const log = await nginx.log()
  const lines = log.split('\n').filter((line) => line.includes('/favicon.svg'))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { ip: '127.0.0.1', method: 'GET', path: '/favicon.svg', status: '200' },
  ])
  expect(log).not.toMatch(/secret-session|healthz/)
})

test('[ACCESS7] the log has no token, however it was written', async () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2ln-_x'
  for (const path of ['/t/TOKEN/x', '/%74/TOKEN/x', '/invite/TOKEN', '/t/TOKEN/t/TOKEN/x']) {
    await fetch(nginx.httpUrl + path.replaceAll('TOKEN', token))
  }
  await fetch(`${nginx.httpUrl}/admin/setup/tH1s-1s_secret`)
  const log = await nginx.log()
  expect(log).toContain('"path":"/t/…/x"')
  expect(log).toContain('"path":"/invite/…"')
  expect(log).toContain('"path":"/t/…/t/…/x"')
  expect(log).toContain('"path":"/admin/setup/…"')
  expect(log).not.toContain(token)
  expect(log).not.toContain('tH1s-1s_secret')
})

test('[ACCESS7] nor have the errors that nginx tells of', async () => {
  const lonely = await startNginx(NOBODY_LISTENS)
  const token = `eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.${'c2ln-_x'.repeat(10)}`
  try {
    await fetch(`${lonely.httpUrl}/t/${token}/x?q=secret-session`)
    await fetch(`${lonely.httpUrl}/t/%65yJhb%2esecret/x`)
    await fetch(`${lonely.httpUrl}/admin/setup/tH1s-1s_secret`)
    await fetch(`${lonely.httpUrl}/${'long/'.repeat(340)}${token}`)
    await expect.poll(() => lonely.log()).toMatch(/long\/….*\n$/s)
    const errors = (await lonely.log()).split('\n').filter((line) => line.includes('[error]'))
    expect(errors).toHaveLength(4)
    expect(errors[0]).toContain('request: "GET /t/…/x?… HTTP/1.1"')
    expect(errors[2]).toContain('request: "GET /admin/setup/… HTTP/1.1"')
    expect(errors.join()).not.toMatch(/eyJ|secret/)
  } finally {
    await lonely.stop()
  }
})

function uploadsDir(): string {
  return join(box.filesDir, 'uploads')
}

/** Without those that belong to a connection or to who answers. */
function headersOfFile({ headers }: Response): ReadonlyArray<[name: string, value: string]> {
  const others = ['connection', 'keep-alive', 'date', 'etag', 'server']
  return [...headers].filter(([name]) => !others.includes(name))
}

/** nginx makes tags of the time (s) and the size, the box of the size and the time (ms). */
function isNginxTag(tag: string | null): boolean {
  const [, time = '', size] = /^"(\w+)-(\w+)"$/.exec(tag ?? '') ?? []
  return time.length === 8 && Number.parseInt(size ?? '', 16) === BYTES_PER_MB
}

function reflectorUrl(): string {
  return `${nginx.httpsUrl}/reflector`
}

function connectPlain(sessionId: string) {
  return clients.connect(`${nginx.httpUrl}/reflector`, sessionId)
}

/** Gives a session a snapshot, straight at the box; resolves with its path. */
async function uploadAndSnap(sessionId: string): Promise<string> {
  const client = await clients.connect(`${box.url}/reflector`, sessionId)
  await client.join()
  client.send('SEND', [0, 0, 'hello'])
  const { args } = await client.next('RECV', (message) => message[2] === 'hello')
  const [time, seq] = args
  const stamp = `${String(time).padStart(10, '0')}_${seq}`
  const hash = randomSessionId()
  const path = `snapshots/${sessionId}/${stamp}-${hash}.snap`
  await fetch(`${box.url}/files/${path}`, { method: 'PUT', body: 'snapshot' })
  client.send('SNAP', { time, seq, hash, url: `${box.url}/files/${path}` })
  return path
}

/** A snapshot takes effect in its own time. */
async function lookUntilSnapshot(
  url: string,
  sessionId: string,
  headers: Record<string, string> = {},
): Promise<SyncArgs> {
  const client = await clients.connect(url, sessionId, { headers })
  for (;;) {
    const sync = await client.join()
    if (sync.url !== '') return sync
    await delay(POLL_MS)
  }
}

function dataUrl(bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  return `${nginx.httpsUrl}/files/apps/org.example.app/${randomSessionId()}/data/${hash}`
}

/** Until the box has written so much of an upload that is not at its end. */
async function untilIncoming(bytes: number): Promise<void> {
  const incoming = join(box.filesDir, 'incoming')
  for (;;) {
    const sizes = (await readdir(incoming)).map(
      async (name) => (await stat(join(incoming, name))).size,
    )
    if ((await Promise.all(sizes)).some((size) => size >= bytes)) return
    await delay(POLL_MS)
  }
}

/** An answer as it comes over the wire. */
async function rawGet(url: string, accepted: string) {
  const request = httpsRequest(url, { headers: { 'accept-encoding': accepted } })
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { headers: response.headers, body: await buffer(response) }
}
