import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readlink, rm, truncate, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freeUploads } from '../../test/support/free-uploads.ts'
import { createFileStore } from './file-store.ts'
import { fileRoutes } from './routes.ts'

const ID = 'I'.repeat(43)
const SNAPSHOT = `snapshots/${ID}/0000000001_1-${ID}.snap`
const URL = `/files/${SNAPSHOT}`
const SENDFILE = { 'x-sendfile-type': 'X-Accel-Redirect' }
const FORWARDED = { 'x-forwarded-for': '203.0.113.9' }
const LARGE_BYTES = 20_000_000

let dir: string
let file: string
let app: FastifyInstance

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-download-'))
  file = join(dir, 'uploads', SNAPSHOT)
  const store = createFileStore({ dir, maxBytes: 1000, onStored: () => {} })
  await store.open()
  await mkdir(dirname(file), { recursive: true })
  app = fastify({ trustProxy: ['127.0.0.1'], forceCloseConnections: true })
  app.register(fileRoutes, { prefix: '/files', store, limits: freeUploads() })
})

afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

async function listen(): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** The files of the test that this process has open. */
async function openFiles(): Promise<string[]> {
  const names = await readdir('/proc/self/fd')
  const files = await Promise.all(
    names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return files.filter((name) => name.startsWith(dir))
}

/** Bytes of which each place has its own. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let place = 0; place + 4 <= length; place += 4) bytes.writeUInt32LE(place, place)
  return bytes
}

describe('a file is left to nginx', () => {
  beforeEach(() => writeFile(file, 'bytes'))

  test('that sees the uploads and is trusted', async () => {
    const response = await app.inject({ url: URL, headers: { ...SENDFILE, ...FORWARDED } })
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('')
    expect(response.headers).toMatchObject({
      'x-accel-redirect': `/box-uploads/${SNAPSHOT}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/octet-stream',
      vary: 'Origin, X-Sendfile-Type',
    })
  })

  test.each([
    ['ranges', { range: 'bytes=0-1' }],
    ['conditions', { 'if-none-match': '*' }],
  ])('with its %s', async (_name, headers) => {
    const all = { ...SENDFILE, ...FORWARDED, ...headers }
    expect(await app.inject({ url: URL, headers: all })).toMatchObject({
      statusCode: 200,
      body: '',
    })
  })

  test.each([
    [
      'somebody else says so',
      { remoteAddress: '203.0.113.1', headers: { ...SENDFILE, ...FORWARDED } },
    ],
    ['a client says so that is on this machine', { headers: SENDFILE }],
    ['the proxy does not say so', { headers: FORWARDED }],
    [
      'the proxy says something else',
      { headers: { ...FORWARDED, 'x-sendfile-type': 'X-Sendfile' } },
    ],
  ])('but not if %s', async (_name, from) => {
    const response = await app.inject({ url: URL, ...from })
    expect(response.body).toBe('bytes')
    expect(response.headers).not.toHaveProperty('x-accel-redirect')
  })

  test('only if it is there', async () => {
    await rm(file)
    const response = await app.inject({ url: URL, headers: { ...SENDFILE, ...FORWARDED } })
    expect(response.statusCode).toBe(404)
    expect(response.headers).not.toHaveProperty('x-accel-redirect')
  })
})

describe('over a connection', () => {
  test('many files at once come whole, more than there are large buffers', async () => {
    const bytes = pattern(3_000_000)
    await writeFile(file, bytes)
    const port = await listen()
    const bodies = Array.from({ length: 20 }, async () => {
      const [response] = await once(request({ port, path: URL, agent: false }).end(), 'response')
      return buffer(response)
    })
    for (const body of await Promise.all(bodies)) expect(body.equals(bytes)).toBe(true)
  })

  test('a range across buffers comes as it is in the file', async () => {
    const bytes = pattern(5_000_000)
    await writeFile(file, bytes)
    const headers = { range: 'bytes=1000003-3999998' }
    const sent = request({ port: await listen(), path: URL, headers }).end()
    const [response] = await once(sent, 'response')
    expect((await buffer(response)).equals(bytes.subarray(1_000_003, 3_999_999))).toBe(true)
  })

  test('an empty file is an empty body', async () => {
    await writeFile(file, '')
    const [response] = await once(request({ port: await listen(), path: URL }).end(), 'response')
    expect(response.headers['content-length']).toBe('0')
    expect((await buffer(response)).length).toBe(0)
  })

  test('a client that stops reading is not read ahead for, and leaves nothing open when it goes', async () => {
    await writeFile(file, Buffer.alloc(LARGE_BYTES))
    const port = await listen()
    const before = process.memoryUsage().arrayBuffers
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${URL} HTTP/1.1\r\nHost: box\r\n\r\n`)
    await once(socket, 'readable')
    expect(await openFiles()).toEqual([file])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(LARGE_BYTES / 4)
    socket.destroy()
    await expect.poll(openFiles).toEqual([])
    const [response] = await once(request({ port, path: URL }).end(), 'response')
    expect((await buffer(response)).length).toBe(LARGE_BYTES)
  })

  test('a file that got shorter breaks off, and does not look whole', async () => {
    await writeFile(file, Buffer.alloc(LARGE_BYTES))
    const [response] = await once(request({ port: await listen(), path: URL }).end(), 'response')
    await truncate(file, LARGE_BYTES / 2)
    await expect(buffer(response)).rejects.toThrow('aborted')
  })
})
