import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { webRoutes } from './static.ts'

let dir: string
let app: FastifyInstance

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-web-'))
  await mkdir(join(dir, 'web/demos'), { recursive: true })
  await writeFile(join(dir, 'secret'), 'secret')
  await writeFile(join(dir, 'web/.env'), 'secret')
  await writeFile(join(dir, 'web/index.html'), 'landing')
  await writeFile(join(dir, 'web/app.js'), 'let a')
  await writeFile(join(dir, 'web/demos/index.html'), 'demos')
  app = fastify({ forceCloseConnections: true })
  app.register(webRoutes, { webDir: join(dir, 'web'), commands: 'compose' })
})

afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

test.each([
  ['/', 'landing', 'text/html; charset=utf-8'],
  ['/index.html', 'landing', 'text/html; charset=utf-8'],
  ['/?q=session', 'landing', 'text/html; charset=utf-8'],
  ['/demos/', 'demos', 'text/html; charset=utf-8'],
  ['/app.js', 'let a', expect.stringContaining('javascript')],
])('%s is served, to be asked for again each time', async (url, body, type) => {
  const response = await app.inject(url)
  expect(response.body).toBe(body)
  expect(response.headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-cache' })
})

test('who has a page is told that it is still right', async () => {
  const { etag } = (await app.inject('/')).headers
  const response = await app.inject({ url: '/', headers: { 'if-none-match': String(etag) } })
  expect(response.statusCode).toBe(304)
})

test('a folder without its slash leads to the one with it, and keeps the query', async () => {
  const response = await app.inject('/demos?q=1')
  expect(response.statusCode).toBe(301)
  expect(response.headers.location).toBe('/demos/?q=1')
})

test('a new file is served at once', async () => {
  await app.ready()
  await writeFile(join(dir, 'web/new.html'), 'new')
  expect((await app.inject('/new.html')).body).toBe('new')
})

test.each([
  '/.env',
  '/%2eenv',
  '/../secret',
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/demos/../../secret',
  '/demos/%2e%2e/%2e%2e/secret',
  '/..%5csecret',
  '//secret',
  '/app.js%00',
])('%s is refused', async (path) => {
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const body = await new Promise<string>((resolve, reject) => {
    // Not by fetch, which would tidy the path.
    const sent = request({ host: '127.0.0.1', port, path }, (response) => {
      expect([400, 403, 404]).toContain(response.statusCode)
      resolve(text(response))
    })
    sent.on('error', reject).end()
  })
  expect(body).not.toBe('secret')
})

test('the page for developers names commands as they are typed where the box runs', async () => {
  expect((await app.inject('/developers/')).statusCode).toBe(404)
  await mkdir(join(dir, 'web/developers'))
  const page = 'run <!-- npm -->npm\nx<!-- /npm --><!-- compose -->docker<!-- /compose -->, then'
  await writeFile(join(dir, 'web/developers/index.html'), page)
  for (const url of ['/developers/', '/developers/?q', '/developers/index.html']) {
    const { body, headers } = await app.inject(url)
    expect(body).toBe('run docker, then')
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    })
  }
  expect((await app.inject('/developers')).headers.location).toBe('/developers/')
})
