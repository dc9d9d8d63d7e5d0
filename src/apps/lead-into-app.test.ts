import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppFolders } from './app-folders.ts'
import { leadIntoApp } from './lead-into-app.ts'

const HOST = 'box.local:8888'

const FILES = [
  ...['apps/a b/logo.svg', 'apps/a b/.env', 'apps/a b/about.html', 'apps/a b/rooms/index.html'],
  ...['apps/a b/sw.js', 'apps/other/logo.svg', 'secret'],
]

let dir: string
let app: FastifyInstance
let own: string | undefined

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-web-'))
  for (const path of FILES) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), `/* ${path} */`)
  }
  const deployed = { list: () => [], activeFolder: () => undefined, onChange: () => () => {} }
  const folders = new AppFolders(deployed, dir)
  own = undefined
  app = fastify()
  app.setNotFoundHandler(async (request, reply) => {
    if (await leadIntoApp(request, reply, { folders, own })) return reply
    return reply.code(404).send()
  })
})

afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

const ask = (url: string, referer?: string, method: 'GET' | 'POST' = 'GET') =>
  app.inject({ method, url, headers: { host: HOST, ...(referer !== undefined && { referer }) } })

test.each([
  ['the page', '/apps/a%20b/'],
  ['another page', '/apps/a%20b/rooms/blue.html?room=1'],
  ['a style', '/apps/a%20b/assets/index.css'],
])('what %s of an app asks for at the root is led to where the app has it', async (_, path) => {
  const { statusCode, headers } = await ask('/logo.svg?v=1', `http://${HOST}${path}`)
  expect(statusCode).toBe(307)
  expect(headers).toMatchObject({
    location: '/apps/a%20b/logo.svg?v=1',
    'cache-control': 'no-store',
    vary: 'referer, service-worker',
  })
})

test.each(['/about', '/rooms', '/rooms/'])(
  'the page %s of an app is found at the root',
  async (url) => {
    const { statusCode, headers } = await ask(`${url}?q=1`, `http://${HOST}/apps/a%20b/`)
    expect([statusCode, headers.location]).toEqual([307, `/apps/a%20b${url}?q=1`])
  },
)

test('a service worker for the root is not redirected, and runs at the own origin of its app only', async () => {
  const headers = { host: HOST, referer: `http://${HOST}/apps/a%20b/`, 'service-worker': 'script' }
  expect((await app.inject({ url: '/sw.js', headers })).statusCode).toBe(404)
  own = 'a b'
  const { statusCode, body, headers: answered } = await app.inject({ url: '/sw.js', headers })
  expect([statusCode, body]).toEqual([200, '/* apps/a b/sw.js */'])
  expect(answered['content-type']).toBe('text/javascript; charset=utf-8')
})

test('a token before the address stays there', async () => {
  const { headers } = await ask('/logo.svg', `http://${HOST}/t/abc.d-e_f/apps/other/`)
  expect(headers.location).toBe('/t/abc.d-e_f/apps/other/logo.svg')
})

test.each([
  ['by nobody knows whom', '/logo.svg', undefined],
  ['by what is no address', '/logo.svg', 'x'],
  ['by a page of elsewhere', '/logo.svg', 'http://a.example/apps/other/'],
  ['by another port', '/logo.svg', 'http://box.local/apps/other/'],
  ['by another page of the box', '/logo.svg', `http://${HOST}/apps`],
  ['below another path', '/logo.svg', `http://${HOST}//a.example/apps/other/`],
  ['by an app that is not there', '/logo.svg', `http://${HOST}/apps/none/`],
  ['by a name that is none', '/logo.svg', `http://${HOST}/apps/%zz/`],
  ['and not there', '/none.svg', `http://${HOST}/apps/other/`],
  ['and hidden', '/.env', `http://${HOST}/apps/a%20b/`],
  ['and outside of the app', '/..%2f..%2fsecret', `http://${HOST}/apps/other/`],
])('what is asked for %s is not led anywhere', async (_, url, referer) => {
  expect((await ask(url, referer)).statusCode).toBe(404)
})

test('what is sent is not led anywhere', async () => {
  const { statusCode } = await ask('/logo.svg', `http://${HOST}/apps/other/`, 'POST')
  expect(statusCode).toBe(404)
})

test.each([
  ['/logo.svg?x=1', '/apps/a%20b/logo.svg?x=1'],
  ['/.env', undefined],
  ['/nothing', undefined],
  ['/apps/other/logo.svg', undefined],
])(
  '[APPS1] at the own origin of an app, %s can only be meant for that app',
  async (url, location) => {
    own = 'a b'
    for (const referer of [undefined, `http://${HOST}/apps/other/`]) {
      const { statusCode, headers } = await ask(url, referer)
      expect([statusCode, headers.location]).toEqual(location ? [307, location] : [404, undefined])
    }
  },
)
