import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freeUploads } from '../../test/support/free-uploads.ts'
import { createFileStore } from './file-store.ts'
import { fileRoutes } from './routes.ts'

const ID = 'I'.repeat(43)
const MAX_BYTES = 1000

let dir: string
let app: FastifyInstance

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-form-'))
  const store = createFileStore({ dir, maxBytes: MAX_BYTES, onStored: () => {} })
  await store.open()
  app = fastify()
  app.register(fileRoutes, { prefix: '/files', store, limits: freeUploads() })
})

afterEach(async () => {
  expect(await readdir(join(dir, 'incoming'))).toEqual([])
  await app.close()
  await rm(dir, { recursive: true })
})

function dataPath(bytes: string): string {
  return `apps/org.example.app/${ID}/data/${createHash('sha256').update(bytes).digest('base64url')}`
}

const file = (content: string, path = dataPath(content)) =>
  [path, new File([content], 'a')] as const

/** The body of a form as a browser or curl would send it. */
async function encode(...parts: ReadonlyArray<readonly [name: string, value: File | string]>) {
  const form = new FormData()
  for (const [name, value] of parts) {
    if (typeof value === 'string') form.append(name, value)
    else form.append(name, value)
  }
  const encoded = new Response(form)
  const type = encoded.headers.get('content-type') ?? ''
  return { body: Buffer.from(await encoded.arrayBuffer()), type }
}

function post({ body, type }: { body: Buffer; type: string }): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: '/files', body, headers: { 'content-type': type } })
}

test('a form stores each file at the path that its field is called', async () => {
  await post(await encode(file('there before')))
  const response = await post(await encode(file('one'), file('there before'), file('three')))
  expect(response.statusCode).toBe(201)
  expect(response.json()).toEqual([
    { path: dataPath('one'), bytes: 3, status: 'stored' },
    { path: dataPath('there before'), bytes: 12, status: 'present' },
    { path: dataPath('three'), bytes: 5, status: 'stored' },
  ])
  expect(await readFile(join(dir, 'uploads', dataPath('three')), 'utf8')).toBe('three')
})

test.each([
  ['a path that is none', 400, file('x', '../../box.sqlite'), 'has to be a path'],
  ['text instead of a file', 400, [dataPath('x'), 'x'] as const, 'not a file'],
  ['wrong bytes', 422, file('x', dataPath('y')), 'SHA-256'],
  ['too many bytes', 413, file('x'.repeat(MAX_BYTES + 1)), '1000 bytes'],
  ['far too many bytes', 413, file('x'.repeat(1_000_000)), '1000 bytes'],
] as const)('a form with %s is stored up to there', async (_what, status, part, message) => {
  const response = await post(await encode(file('before'), part, file('after')))
  expect(response.statusCode).toBe(status)
  expect(response.json()).toMatchObject({ stored: [{ path: dataPath('before') }] })
  expect(response.json().message).toContain(message)
  expect(response.json().message).toContain('1 before it are stored and stay')
  const stored = await readdir(join(dir, 'uploads/apps/org.example.app', ID, 'data'))
  expect(stored).toEqual([dataPath('before').slice(-43)])
})

test('a form with a name that every object has is refused at its end', async () => {
  const response = await post(await encode(file('x', 'constructor'), file('after')))
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ part: 'the form', stored: [{ path: dataPath('after') }] })
})

test('a form that ends in the middle of a file does not store it', async () => {
  const { body, type } = await encode(file('before'), file('x'.repeat(500)))
  const response = await post({ body: body.subarray(0, -200), type })
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ stored: [{ path: dataPath('before') }] })
  expect(await readdir(join(dir, 'uploads/apps/org.example.app', ID, 'data'))).toHaveLength(1)
})

test('a form without a file is refused', async () => {
  const response = await post(await encode())
  expect(response.statusCode).toBe(400)
  expect(response.json()).toMatchObject({ part: 'the form', stored: [] })
})

test.each([
  ['application/json', 415],
  ['multipart/form-data', 400],
])('a body of the type %s is no form', async (type, status) => {
  expect(await post({ body: Buffer.from('{}'), type })).toMatchObject({ statusCode: status })
})

test.each([
  ['a name that cannot be read', 'form-data; name/"x"; filename="a"'],
  ['no name', 'form-data; filename="a"'],
])('a file with %s is refused', async (_what, disposition) => {
  const body = Buffer.from(`--b\r\nContent-Disposition: ${disposition}\r\n\r\nx\r\n--b--\r\n`)
  const response = await post({ body, type: 'multipart/form-data; boundary=b' })
  expect(response.statusCode).toBe(400)
  expect(response.json().message).toContain("a field's name has to be a path")
})
