import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freeUploads } from '../../test/support/free-uploads.ts'
import { createFileStore, type StoredFile } from './file-store.ts'
import { fileRoutes } from './routes.ts'
import { UploadLimits } from './upload-limits.ts'

const ID = 'I'.repeat(43)
const SNAPSHOT = `snapshots/${ID}/0000000001_1-${ID}.snap`
const MAX_BYTES = 1_000_000

let dir: string
let app: FastifyInstance
let port: number
let indexed: StoredFile[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-transfer-'))
  indexed = []
  await listen(MAX_BYTES)
})

afterEach(async () => {
  await app.close()
  expect(await readdir(join(dir, 'incoming'))).toEqual([])
  await rm(dir, { recursive: true })
})

async function listen(
  maxBytes: number,
  limits = freeUploads(),
  connectionTimeout = 0,
): Promise<void> {
  const store = createFileStore({ dir, maxBytes, onStored: (file) => void indexed.push(file) })
  await store.open()
  app = fastify({ forceCloseConnections: true, connectionTimeout })
  app.register(fileRoutes, { prefix: '/files', store, limits })
  await app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.server.address() as AddressInfo).port
}

function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 4000, interval: 10 })
}

/** One request whose target goes out as it is written here. */
function send(method: string, path: string, body?: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path }, resolve)
    sent.on('error', reject).end(body)
  })
}

/** A connection on which a test writes by hand; what comes back gathers in `received`. */
async function open(): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk
  })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, received: () => received }
}

function head(method: string, ...headers: readonly string[]): string {
  return [`${method} /files/${SNAPSHOT} HTTP/1.1`, 'Host: box', ...headers, '', ''].join('\r\n')
}

async function incomingBytes(): Promise<number> {
  const [name] = await readdir(join(dir, 'incoming'))
  return name === undefined ? -1 : (await stat(join(dir, 'incoming', name))).size
}

function dataPath(bytes: Buffer): string {
  return `apps/org.example.app/${ID}/data/${createHash('sha256').update(bytes).digest('base64url')}`
}

describe('a path that climbs', () => {
  test.each([
    '/files/../box.sqlite',
    '/files/../../etc/passwd',
    '/files/%2e%2e/box.sqlite',
    '/files/%2e%2e%2fbox.sqlite',
    '/files/..%5cbox.sqlite',
    '/files/....//box.sqlite',
    `/files/./${SNAPSHOT}`,
    `/files/snapshots/../${SNAPSHOT}`,
    `/files/${SNAPSHOT}/../../../incoming/x`,
    `/files/${SNAPSHOT}%00.html`,
    '/files/\\..\\box.sqlite',
    '/files//etc/passwd',
  ])('leads nowhere: %s', async (path) => {
    const put = await send('PUT', path, Buffer.from('x'))
    expect([400, 404]).toContain(put.statusCode)
    put.resume()
    const get = await send('GET', path)
    expect(get.statusCode).toBe(404)
    get.resume()
    expect(await readdir(dir)).toEqual(['incoming', 'trash', 'uploads'])
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
  })
})

describe('an upload', () => {
  test('goes to the disk while it comes', async () => {
    const { socket, received } = await open()
    const half = Buffer.alloc(400_000, 'x')
    socket.write(head('PUT', `Content-Length: ${2 * half.length}`))
    socket.write(half)
    await eventually(async () => expect(await incomingBytes()).toBe(half.length))
    socket.write(half)
    await eventually(() => expect(received()).toContain('201 Created'))
    socket.destroy()
    expect(indexed).toEqual([{ path: SNAPSHOT, bytes: 2 * half.length }])
  })

  test.each([
    ['of a known length', `Content-Length: 500000`, 'x'.repeat(1000)],
    ['in chunks', 'Transfer-Encoding: chunked', `3e8\r\n${'x'.repeat(1000)}\r\n`],
  ])('%s that breaks off leaves nothing behind', async (_how, header, start) => {
    const { socket } = await open()
    socket.write(head('PUT', header) + start)
    await eventually(async () => expect(await incomingBytes()).toBe(1000))
    socket.destroy()
    await eventually(async () => expect(await incomingBytes()).toBe(-1))
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
    expect(indexed).toEqual([])
  })

  test('that falls silent leaves nothing behind once its connection is given up', async () => {
    await app.close()
    await listen(MAX_BYTES, freeUploads(), 100)
    const { socket } = await open()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(`${head('PUT', 'Content-Length: 500000')}half`)
    await closed
    await eventually(async () => expect(await incomingBytes()).toBe(-1))
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
  })

  test('by form that is refused early leaves its connection in order', async () => {
    const { socket, received } = await open()
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="x"; filename="a"\r\n\r\n'),
      Buffer.alloc(800_000, 'x'),
      Buffer.from('\r\n--b--\r\n'),
    ])
    const headers = [
      'Content-Type: multipart/form-data; boundary=b',
      `Content-Length: ${body.length}`,
    ]
    socket.write(head('POST', ...headers).replace(`/files/${SNAPSHOT}`, '/files'))
    socket.write(body)
    socket.write(head('GET'))
    await eventually(() => expect(received()).toMatch(/400 Bad Request.*404 Not Found/s))
    socket.destroy()
  })

  test('by form that breaks off leaves nothing behind', async () => {
    const { socket } = await open()
    const start =
      `--b\r\nContent-Disposition: form-data; name="${SNAPSHOT}"; filename="a"\r\n\r\n` +
      'x'.repeat(1000)
    const headers = ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 500000']
    socket.write(head('POST', ...headers).replace(`/files/${SNAPSHOT}`, '/files') + start)
    await eventually(async () => expect(await incomingBytes()).toBeGreaterThan(900))
    socket.destroy()
    await eventually(async () => expect(await incomingBytes()).toBe(-1))
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
  })

  test('that is too large is refused, and its connection goes on', async () => {
    const { socket, received } = await open()
    const size = MAX_BYTES + 10_000
    socket.write(head('PUT', 'Transfer-Encoding: chunked'))
    socket.write(`${size.toString(16)}\r\n`)
    socket.write(Buffer.alloc(size, 'x'))
    await eventually(() => expect(received()).toContain('413 Payload Too Large'))
    socket.write(`\r\n0\r\n\r\n${head('GET')}`)
    await eventually(() => expect(received()).toContain('404 Not Found'))
    socket.destroy()
  })

  test.each([
    ['whose announced size is too large', `Content-Length: ${30 * MAX_BYTES}`, ''],
    ['without an end', 'Transfer-Encoding: chunked', 'ffffffff\r\n'],
  ])('%s is refused, and then cut off', async (_what, header, start) => {
    const { socket, received } = await open()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(head('PUT', header) + start)
    const chunk = Buffer.alloc(65_536, 'x')
    let sent = 0
    const more = () => {
      while (!socket.destroyed && sent < 30 * MAX_BYTES) {
        sent += chunk.length
        if (!socket.write(chunk)) return
      }
    }
    socket.on('drain', more)
    more()
    await eventually(() => expect(received()).toContain('413 Payload Too Large'))
    await closed
    expect(await readdir(join(dir, 'uploads'))).toEqual([])
  })

  test('of one path by many at once is stored once, and all are told it is there', async () => {
    const bodies = Array.from({ length: 12 }, () => randomBytes(100_000))
    const responses = await Promise.all(
      bodies.map((body) => send('PUT', `/files/${SNAPSHOT}`, body)),
    )
    for (const response of responses) response.resume()
    const statuses = responses.map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 201)).toHaveLength(1)
    expect(statuses.filter((status) => status === 200)).toHaveLength(11)
    const served = await buffer(await send('GET', `/files/${SNAPSHOT}`))
    expect(served.equals(bodies[statuses.indexOf(201)] ?? Buffer.of())).toBe(true)
  })
})

test('of an upload that is refused by a limit little is read before it is cut off', async () => {
  await app.close()
  const none = { uploadsPerMinute: 1, bytesPerMinute: 1, atOncePerAddress: 0, atOnce: 0 }
  await listen(
    100 * MAX_BYTES,
    new UploadLimits(none, { now: () => 0, accountOf: (address) => address, onBreach: () => {} }),
  )
  const { socket, received } = await open()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let sent = 0
  const more = () => {
    while (!socket.destroyed && sent < 100 * MAX_BYTES) {
      sent += 65_536
      if (!socket.write(Buffer.alloc(65_536))) return
    }
  }
  socket.on('drain', more).write(head('PUT', `Content-Length: ${100 * MAX_BYTES}`))
  more()
  await closed
  expect(received()).toContain('429 Too Many Requests')
  // The system's buffers at both ends take some, too.
  expect(sent).toBeLessThan(30 * MAX_BYTES)
})

test('30 MB come back as they went', async () => {
  await app.close()
  await listen(40_000_000)
  const bytes = randomBytes(30_000_000)
  const put = await send('PUT', `/files/${dataPath(bytes)}`, bytes)
  expect(JSON.parse(await text(put))).toMatchObject({ bytes: bytes.length, status: 'stored' })
  const got = await buffer(await send('GET', `/files/${dataPath(bytes)}`))
  expect(got.equals(bytes)).toBe(true)
})
