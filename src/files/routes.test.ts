import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freeUploads } from '../../test/support/free-uploads.ts'
import { addErrorHandlers } from '../http/errors.ts'
import { createFileStore } from './file-store.ts'
import { fileRoutes } from './routes.ts'
import { UploadLimits } from './upload-limits.ts'

const ID = 'I'.repeat(43)
const SNAPSHOT = `snapshots/${ID}/0000000001_1-${ID}.snap`
const URL = `/files/${SNAPSHOT}`
const MAX_BYTES = 1000

let dir: string
let app: FastifyInstance

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-routes-'))
  await openApp(freeUploads())
})

async function openApp(limits: UploadLimits): Promise<void> {
  const store = createFileStore({ dir, maxBytes: MAX_BYTES, onStored: () => {} })
  await store.open()
  app = fastify({ trustProxy: true })
  addErrorHandlers(app)
  app.register(fileRoutes, { prefix: '/files', store, limits })
}

afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

function dataPath(bytes: string): string {
  return `apps/org.example.app/${ID}/data/${createHash('sha256').update(bytes).digest('base64url')}`
}

function put(url: string, body: string, headers = {}): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'PUT', url, body, headers })
}

function get(url: string, headers = {}): Promise<LightMyRequestResponse> {
  return app.inject({ url, headers })
}

describe('PUT', () => {
  test('stores a body, and answers 201', async () => {
    const response = await put(URL, 'bytes', { 'content-type': 'application/octet-stream' })
    expect(response.statusCode).toBe(201)
    expect(response.json()).toEqual({ path: SNAPSHOT, bytes: 5, status: 'stored' })
    expect((await get(URL)).body).toBe('bytes')
  })

  test('of a file that is there answers 200 and changes nothing', async () => {
    await put(URL, 'first')
    const response = await put(URL, 'second')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toEqual({ path: SNAPSHOT, bytes: 5, status: 'present' })
    expect((await get(URL)).body).toBe('first')
  })

  test.each(['application/json', 'text/plain', 'multipart/form-data', 'not a type', ''])(
    'takes a body of the type "%s" as bytes',
    async (type) => {
      const response = await put(URL, '{"not json', { 'content-type': type })
      expect(response.statusCode).toBe(201)
      expect((await get(URL)).body).toBe('{"not json')
    },
  )

  test('takes an empty body', async () => {
    const response = await app.inject({ method: 'PUT', url: URL })
    expect(response.json()).toMatchObject({ bytes: 0, status: 'stored' })
  })

  test.each([
    '/files/',
    '/files/readme.txt',
    `/files/..%2f${SNAPSHOT}`,
    `/files/snapshots%2F${ID}/0000000001_1-${ID}.snap`,
    `${URL}/`,
    `${URL}%00`,
    `/files//${SNAPSHOT}`,
    `/files/%73${SNAPSHOT.slice(1)}`,
  ])('stores nothing at %s', async (url) => {
    const response = await put(url, 'x')
    expect(response.statusCode).toBe(400)
    expect(response.json().message).toContain('apps/<appId>/<persistentId>/data/<hash>')
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
  })

  test('refuses data that is not what its hash says', async () => {
    const response = await put(`/files/${dataPath('right')}`, 'wrong')
    expect(response.statusCode).toBe(422)
    expect(response.json().message).toContain('SHA-256')
  })

  test('refuses more than the limit', async () => {
    const response = await put(URL, 'x'.repeat(MAX_BYTES + 1))
    expect(response.statusCode).toBe(413)
    expect(response.json().message).toContain('1000 bytes')
  })
})

describe('GET', () => {
  test('gives the bytes, to keep for ever and never to run', async () => {
    await put(URL, '<script>alert(1)</script>')
    const response = await get(URL)
    expect(response.statusCode).toBe(200)
    expect(response.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '25',
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[^"]+"$/),
    })
  })

  test('HEAD gives the same headers and no bytes', async () => {
    await put(URL, 'bytes')
    const head = await app.inject({ method: 'HEAD', url: URL })
    const { date: _, ...headers } = (await get(URL)).headers
    expect(head.statusCode).toBe(200)
    expect(head.headers).toMatchObject(headers)
    expect(head.body).toBe('')
  })

  test.each([
    ['bytes=0-1', 'by', 'bytes 0-1/5'],
    ['bytes=3-', 'es', 'bytes 3-4/5'],
    ['bytes=-1', 's', 'bytes 4-4/5'],
    ['bytes=4-99', 's', 'bytes 4-4/5'],
  ])('gives the range %s', async (range, body, contentRange) => {
    await put(URL, 'bytes')
    const response = await get(URL, { range })
    expect(response.statusCode).toBe(206)
    expect(response.body).toBe(body)
    expect(response.headers['content-range']).toBe(contentRange)
  })

  test('refuses a range beyond the end', async () => {
    await put(URL, 'bytes')
    const response = await get(URL, { range: 'bytes=5-' })
    expect(response.statusCode).toBe(416)
    expect(response.headers['content-range']).toBe('bytes */5')
  })

  test('answers 304 to who has the file', async () => {
    await put(URL, 'bytes')
    const { etag } = (await get(URL)).headers
    const response = await get(URL, { 'if-none-match': etag })
    expect(response.statusCode).toBe(304)
    expect(response.headers.etag).toBe(etag)
    expect(response.body).toBe('')
  })

  test('goes on with a download by If-Range, and starts again for another file', async () => {
    await put(URL, 'bytes')
    const { etag } = (await get(URL)).headers
    const range = 'bytes=2-'
    expect(await get(URL, { range, 'if-range': etag })).toMatchObject({ statusCode: 206 })
    expect(await get(URL, { range, 'if-range': '"other"' })).toMatchObject({ statusCode: 200 })
  })

  test('of a file that is not there says so', async () => {
    const response = await get(URL)
    expect(response.statusCode).toBe(404)
    expect(response.json().message).toContain(SNAPSHOT)
    expect(response.headers['cache-control']).toBe('no-store')
  })

  test.each([
    '/files',
    '/files/',
    '/files/snapshots',
    '/files/snapshots/',
    `/files/snapshots/${ID}`,
    '/files/%2e%2e%2fincoming',
    '/files/..%5cincoming',
    `${URL}/`,
    `/files/${SNAPSHOT.replace('/', '%2f')}`,
  ])('shows nothing at %s but the shapes of paths', async (url) => {
    await put(URL, 'bytes')
    const response = await get(url)
    expect(response.statusCode).toBe(404)
    expect(response.json().message).toContain('snapshots/<sessionId>/<time>_<seq>-<hash>.snap')
  })
})

describe('a page of another origin', () => {
  const origin = 'https://elsewhere.example'

  test.each([
    ['GET', '/files/nothing', 404],
    ['GET', URL, 404],
    ['PUT', '/files/nothing', 400],
    ['PUT', URL, 201],
    ['PUT', `/files/${dataPath('y')}`, 422],
    ['POST', '/files/nothing', 404],
    ['POST', '/files', 415],
    ['DELETE', URL, 404],
  ] as const)('sees the answer to %s %s', async (method, url, status) => {
    const response = await app.inject({ method, url, body: 'x', headers: { origin } })
    expect(response.statusCode).toBe(status)
    expect(response.headers).toMatchObject({
      'access-control-expose-headers': 'Content-Length,Content-Range,ETag',
    })
  })

  test.each([URL, '/files', '/files/', '/files/nothing'])(
    'may ask before it uploads to %s',
    async (url) => {
      const response = await app.inject({
        method: 'OPTIONS',
        url,
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-type',
          'access-control-request-private-network': 'true',
        },
      })
      expect(response.statusCode).toBe(204)
      expect(response.headers).toMatchObject({
        'access-control-allow-methods': expect.stringContaining('PUT'),
        'access-control-allow-headers': expect.stringContaining('Content-Type'),
        'access-control-max-age': '1728000',
        'access-control-allow-private-network': 'true',
      })
    },
  )
})

describe('[LIMIT20] who uploads too often', () => {
  const headers = { 'x-forwarded-for': '10.0.0.7' }
  let breaches: string[]

  beforeEach(async () => {
    breaches = []
    await app.close()
    const amounts = { uploadsPerMinute: 2, bytesPerMinute: 1e9, atOncePerAddress: 2, atOnce: 2 }
    const onBreach = (limit: string, address: string) => breaches.push(`${limit} ${address}`)
    await openApp(
      new UploadLimits(amounts, { now: () => 0, accountOf: (address) => address, onBreach }),
    )
    for (const text of ['one', 'two']) await put(`/files/${dataPath(text)}`, text, headers)
  })

  test('is told when to try again, whatever page it is on', async () => {
    const response = await put(`/files/${dataPath('three')}`, 'three', headers)
    expect(response.statusCode).toBe(429)
    expect(response.headers).toMatchObject({
      'retry-after': '30',
      'cache-control': 'no-store',
    })
    expect(response.json().message).toContain('try again in 30 s')
    expect(breaches).toEqual(['uploads-per-minute 10.0.0.7'])
  })

  test('is told so in answer to a form, too', async () => {
    const form = new FormData()
    form.append(dataPath('three'), new File(['three'], 'a'))
    const encoded = new Response(form)
    const response = await app.inject({
      method: 'POST',
      url: '/files',
      body: Buffer.from(await encoded.arrayBuffer()),
      headers: { ...headers, 'content-type': encoded.headers.get('content-type') ?? '' },
    })
    expect(response.statusCode).toBe(429)
    expect(response.headers).toMatchObject({
      'retry-after': '30',
    })
    expect(response.json()).toMatchObject({ part: dataPath('three'), stored: [] })
  })

  test('keeps nobody else from it', async () => {
    const response = await put(`/files/${dataPath('three')}`, 'three')
    expect(response.statusCode).toBe(201)
  })
})
