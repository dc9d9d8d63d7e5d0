import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sharedOrigins } from '../../test/support/shared-origins.ts'
import { AppFolders } from './app-folders.ts'
import type { AppList } from './app-list.ts'
import { hostingRoutes } from './hosting.ts'
import type { RunningSession } from './people.ts'

const CLOUD_PAGE = '<head><script src="https://unpkg.com/@croquet/croquet"></script>'
const ADAPTED_PAGE =
  '<head><script src="../../apps/use-this-box.js"></script>' +
  '<script src="../../apps/watch-page.js" data-app="sketch"></script>' +
  '<script src="../../lib/@croquet/croquet@2.0.4/pub/croquet.min.js"></script>'
const FOR_PERSON = { accept: 'text/html,*/*;q=0.8' }

const OWN_SCRIPTS =
  '<script src="../../apps/use-this-box.js"></script>' +
  '<script src="../../apps/watch-page.js" data-app="sketch"></script>'

let dir: string
let app: FastifyInstance
let releases: Map<string, string>
let sessions: RunningSession[]
let tellChange: () => void
let list: Pick<AppList, 'get'>

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-web-'))
  releases = new Map()
  sessions = []
  app = fastify({ forceCloseConnections: true })
  app.register(hostingRoutes, {
    prefix: '/apps',
    webDir: join(dir, 'web'),
    folders: new AppFolders(
      {
        list: () => Array.from(releases, ([name]) => ({ name })),
        activeFolder: (name) => releases.get(name),
        onChange: (listener) => {
          tellChange = listener
          return () => {}
        },
      },
      join(dir, 'web'),
    ),
    origins: sharedOrigins(),
    sessions: () => sessions,
    onList: (made) => {
      list = made
    },
    leadElsewhere: async () => false,
    visitors: { accountOf: (address) => address, watches: () => true },
    missingPage: () => ({ headers: { 'content-type': 'text/html' }, html: 'nothing here' }),
  })
})

afterEach(async () => {
  await app.close()
  await rm(dir, { recursive: true })
})

async function put(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), body)
  }
}

describe('an app in web/apps', () => {
  test.each([
    ['index.html', '', 'text/html; charset=utf-8'],
    ['index.html', 'index.html', 'text/html; charset=utf-8'],
    ['rooms/index.html', 'rooms/', 'text/html; charset=utf-8'],
    ['about.html', 'about', 'text/html; charset=utf-8'],
    ['team/new people.html', 'team/new%20people?q=1', 'text/html; charset=utf-8'],
    ['main.js', 'main.js', 'text/javascript; charset=utf-8'],
    ['main.mjs', 'main.mjs?v=1', 'text/javascript; charset=utf-8'],
    ['style.css', 'style.css', 'text/css; charset=utf-8'],
    ['code.wasm', 'code.wasm', 'application/wasm'],
    ['app.webmanifest', 'app.webmanifest', 'application/manifest+json'],
    ['scene.glb', 'scene.glb', 'model/gltf-binary'],
    ['a b/ü&.svg', 'a%20b/%C3%BC%26.svg', 'image/svg+xml'],
  ])('has %s at %s', async (file, path, type) => {
    await put({ [`web/apps/sketch/${file}`]: 'let a' })
    const response = await app.inject(`/apps/sketch/${path}`)
    expect(response.statusCode).toBe(200)
    expect(response.body).toBe('let a')
    expect(response.headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-cache' })
  })

  describe('compressed by its build', () => {
    const inner = 'let inner = 1\n'.repeat(50)
    const gzip = gzipSync(inner)
    const br = brotliCompressSync(inner)
    const marked = Buffer.concat([
      Buffer.from('\x6b\x8d\0UnityWeb Compressed Content (brotli)'),
      br,
    ])
    const both = { 'accept-encoding': 'gzip, deflate, br' }
    const get = (path: string, headers: Readonly<Record<string, string>>) =>
      app.inject({ url: `/apps/sketch/Build/${path}`, headers })

    test.each([
      ['web.framework.js.gz', gzip, 'gzip', 'text/javascript; charset=utf-8'],
      ['web.framework.js.br', br, 'br', 'text/javascript; charset=utf-8'],
      ['web.wasm.gz', gzip, 'gzip', 'application/wasm'],
      ['web.wasm.br', br, 'br', 'application/wasm'],
      ['web.data.gz', gzip, 'gzip', 'application/octet-stream'],
      ['web.data.br', br, 'br', 'application/octet-stream'],
      ['game.pck.br', br, 'br', 'application/octet-stream'],
      ['web.symbols.json.gz', gzip, 'gzip', 'application/json; charset=utf-8'],
      ['web.wasm.unityweb', gzip, 'gzip', 'application/wasm'],
      ['web.framework.js.unityweb', marked, 'br', 'text/javascript; charset=utf-8'],
      ['web.data.unityweb', marked, 'br', 'application/octet-stream'],
      ['0123456789abcdef.unityweb', gzip, 'gzip', 'application/octet-stream'],
    ])('%s is sent as what is inside', async (file, bytes, encoding, type) => {
      await put({ [`web/apps/sketch/Build/${file}`]: bytes })
      const { statusCode, headers, rawPayload } = await get(file, both)
      expect(statusCode).toBe(200)
      expect(rawPayload).toEqual(bytes)
      const expected = { 'content-encoding': encoding, 'content-type': type }
      expect(headers).toMatchObject({ ...expected, vary: 'accept-encoding' })
      const { etag = '' } = headers
      expect((await get(file, { ...both, 'if-none-match': etag })).statusCode).toBe(304)
      const head = await app.inject({
        ...{ method: 'HEAD', url: `/apps/sketch/Build/${file}`, headers: both },
      })
      expect(head.headers).toMatchObject({ ...expected, 'content-length': String(bytes.length) })
    })

    test.each([
      ['archive.tar.gz', gzip],
      ['table.csv.gz', gzip],
      ['table.json.gz', gzip],
      ['notes.br', br],
      ['not-compressed.js.gz', Buffer.from(inner)],
      ['not-compressed.data.unityweb', Buffer.from(inner)],
      ['compressed-otherwise.js.br', gzip],
    ])('%s stays a download', async (file, bytes) => {
      await put({ [`web/apps/sketch/Build/${file}`]: bytes })
      const { headers, rawPayload } = await get(file, both)
      expect(rawPayload).toEqual(bytes)
      expect(headers['content-encoding']).toBeUndefined()
      expect(headers['content-type']).not.toContain('javascript')
    })

    test.each([
      ['a.wasm.br', br, 'gzip, deflate'],
      ['a.wasm.br', br, ''],
      ['a.wasm.br', br, 'br;q=0, *'],
      ['a.data.gz', gzip, 'br'],
      ['a.data.gz', gzip, 'gzip;q=0.0'],
    ])('%s is unpacked for who takes no such thing', async (file, bytes, accepted) => {
      await put({ [`web/apps/sketch/Build/${file}`]: bytes })
      const headers = { 'accept-encoding': accepted, range: 'bytes=2-4' }
      const answer = await get(file, headers)
      expect([answer.statusCode, answer.body]).toEqual([200, inner])
      expect(answer.headers).toMatchObject({ vary: 'accept-encoding', 'accept-ranges': 'none' })
      expect(answer.headers['content-encoding']).toBeUndefined()
      const known = { ...headers, 'if-none-match': String(answer.headers.etag) }
      expect((await get(file, known)).statusCode).toBe(304)
      expect((await get(file, { ...known, 'accept-encoding': 'gzip, br' })).statusCode).not.toBe(
        304,
      )
      const head = await app.inject({
        ...{ method: 'HEAD', url: `/apps/sketch/Build/${file}`, headers },
      })
      expect([head.statusCode, head.body]).toEqual([200, ''])
    })

    test('what the app unpacks itself is not unpacked for it', async () => {
      await put({ 'web/apps/sketch/Build/a.data.unityweb': marked })
      const answer = await get('a.data.unityweb', { 'accept-encoding': 'gzip' })
      expect(answer.rawPayload).toEqual(marked)
      expect(answer.headers['content-encoding']).toBeUndefined()
    })

    test('pieces are those of what is sent', async () => {
      await put({ 'web/apps/sketch/Build/a.data.gz': gzip })
      const { statusCode, headers, rawPayload } = await get('a.data.gz', {
        ...{ ...both, range: 'bytes=2-4' },
      })
      expect([statusCode, rawPayload]).toEqual([206, gzip.subarray(2, 5)])
      expect(headers['content-encoding']).toBe('gzip')
      const beyond = await get('a.data.gz', { ...both, range: 'bytes=99999-' })
      expect(beyond.statusCode).toBe(416)
      expect(beyond.headers['content-encoding']).toBeUndefined()
    })

    test('one that cannot be unpacked is an error', async () => {
      await put({ 'web/apps/sketch/Build/a.wasm.br': Buffer.from('no brotli at all') })
      expect((await get('a.wasm.br', { 'accept-encoding': 'gzip' })).statusCode).toBe(500)
    })
  })

  describe('with an app.json', () => {
    const isolated = {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    }

    test('has all its files isolated, if it says so', async () => {
      const page = {
        'index.html': CLOUD_PAGE,
        '404.html': 'none',
        'worker.js': 'let a',
        'b.wasm.gz': gzipSync(''),
      }
      for (const [path, body] of Object.entries(page))
        await put({ [`web/apps/sketch/${path}`]: body })
      await put({ 'web/apps/sketch/app.json': '{"crossOriginIsolated": true}' })
      for (const path of ['', 'worker.js', 'b.wasm.gz', 'gone']) {
        const { headers } = await app.inject({ url: `/apps/sketch/${path}`, headers: FOR_PERSON })
        expect(headers, path).toMatchObject(isolated)
      }
      const { etag = '' } = (await app.inject('/apps/sketch/')).headers
      const known = { 'if-none-match': etag }
      const again = await app.inject({ url: '/apps/sketch/', headers: known })
      expect([again.statusCode, again.headers]).toMatchObject([304, isolated])
    })

    test('is seen to change', async () => {
      await put({ 'web/apps/sketch/index.html': '', 'web/apps/sketch/app.json': '{}' })
      const policy = async () =>
        (await app.inject('/apps/sketch/')).headers['cross-origin-embedder-policy']
      expect(await policy()).toBeUndefined()
      await put({ 'web/apps/sketch/app.json': '{"crossOriginIsolated": "credentialless"}' })
      expect(await policy()).toBe('credentialless')
      await rm(join(dir, 'web/apps/sketch/app.json'))
      expect(await policy()).toBeUndefined()
    })

    test('that is wrong is served without, and the log says so once', async () => {
      const warned: unknown[] = []
      app.log.warn = (...words: readonly unknown[]) => warned.push(words)
      await put({
        'web/apps/sketch/index.html': '',
        'web/apps/sketch/app.json': '{"crossOriginIsolated": 1}',
      })
      for (let time = 0; time < 3; time += 1) {
        const { headers, statusCode } = await app.inject('/apps/sketch/')
        expect([statusCode, headers['cross-origin-embedder-policy']]).toEqual([200, undefined])
      }
      expect(warned).toEqual([[{ app: 'sketch' }, expect.stringContaining('app.json is wrong')]])
    })
  })

  test('is served in pieces to who asks for one', async () => {
    await put({ 'web/apps/sketch/film.mp4': '0123456789' })
    const headers = { range: 'bytes=2-4' }
    const response = await app.inject({ url: '/apps/sketch/film.mp4', headers })
    expect(response.statusCode).toBe(206)
    expect(response.body).toBe('234')
    expect(response.headers['content-range']).toBe('bytes 2-4/10')
  })

  test('leads to its folders with a slash, and keeps the query', async () => {
    await put({ 'web/apps/sketch/rooms/index.html': '', 'web/apps/sketch/index.html': '' })
    const start = await app.inject('/apps/sketch?q=1')
    expect([start.statusCode, start.headers.location]).toEqual([301, './sketch/?q=1'])
    const room = await app.inject('/apps/sketch/rooms?q=1')
    expect([room.statusCode, room.headers.location]).toEqual([301, './rooms/?q=1'])
  })

  test('finds a page without its suffix after files and folders, and before its 404.html', async () => {
    await put({
      'web/apps/sketch/index.html': 'first page',
      'web/apps/sketch/404.html': 'nothing here',
      'web/apps/sketch/about.html': 'about',
      'web/apps/sketch/about/team.html': 'team',
      'web/apps/sketch/file': 'file',
      'web/apps/sketch/file.html': 'page beside it',
      'web/apps/sketch/rooms/index.html': 'rooms',
      'web/apps/sketch/rooms.html': 'page beside it',
    })
    const get = (path: string) => app.inject({ url: `/apps/sketch/${path}`, headers: FOR_PERSON })
    expect((await get('about')).body).toBe('about')
    expect((await get('about/team')).body).toBe('team')
    expect((await get('file')).body).toBe('file')
    expect((await get('rooms/')).body).toBe('rooms')
    expect((await get('rooms')).headers.location).toBe('./rooms/')
    expect((await get('team')).body).toBe('nothing here')
  })

  test('redirects to a page without its suffix from its address with a slash', async () => {
    await put({ 'web/apps/sketch/index.html': '', 'web/apps/sketch/team/new.html': '' })
    const { statusCode, headers } = await app.inject('/apps/sketch/team/new/?q=1')
    expect([statusCode, headers.location]).toEqual([307, '../new?q=1'])
    expect(headers['cache-control']).toBe('no-store')
  })

  test.each([
    '/apps/sketch/.env',
    '/apps/sketch/%2eenv',
    '/apps/sketch/.git/config',
    '/apps/sketch/../../secret',
    '/apps/sketch/%2e%2e/%2e%2e/secret',
    '/apps/sketch/..%2f..%2fsecret',
    '/apps/sketch/..%5c..%5csecret',
    '/apps/sketch//secret',
    '/apps/sketch/index.html%00',
    '/apps/sketch/index.html/',
    '/apps/..%2fapps%2fsketch/.env',
    '/apps/.hidden/index.html',
    '/apps/%2e%2e/secret',
  ])('%s is refused', async (path) => {
    await put({
      secret: 'a secret',
      'web/secret': 'a secret',
      'web/apps/secret': 'a secret',
      'web/apps/.hidden/index.html': 'a secret',
      'web/apps/sketch/.env': 'a secret',
      'web/apps/sketch/.git/config': 'a secret',
      'web/apps/sketch/index.html': '',
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const [status, body] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      // Not by fetch, which would tidy the path.
      const sent = request({ host: '127.0.0.1', port, path }, async (response) =>
        resolve([response.statusCode, await text(response)]),
      )
      sent.on('error', reject).end()
    })
    expect(status).toBe(404)
    expect(body).not.toContain('a secret')
  })
})

describe('a page made for the cloud', () => {
  test('is adapted, and a browser that has it is told so', async () => {
    await put({ 'web/apps/sketch/index.html': CLOUD_PAGE })
    const first = await app.inject('/apps/sketch/')
    expect(first.body).toBe(ADAPTED_PAGE)
    expect(first.headers['content-type']).toBe('text/html; charset=utf-8')
    const etag = String(first.headers.etag)
    const headers = { 'if-none-match': `"other", W/${etag}` }
    expect((await app.inject({ url: '/apps/sketch/', headers })).statusCode).toBe(304)
    const head = await app.inject({ method: 'HEAD', url: '/apps/sketch/' })
    expect(head.headers).toMatchObject({ etag, 'content-length': String(ADAPTED_PAGE.length) })
  })

  test('is adapted anew when it changes', async () => {
    await put({ 'web/apps/sketch/index.html': CLOUD_PAGE })
    const { etag } = (await app.inject('/apps/sketch/')).headers
    await put({ 'web/apps/sketch/index.html': `${CLOUD_PAGE}<p>new` })
    const headers = { 'if-none-match': String(etag) }
    const second = await app.inject({ url: '/apps/sketch/', headers })
    expect(second.body).toBe(`${ADAPTED_PAGE}<p>new`)
  })

  test('has its modules adapted, each from where it is', async () => {
    await put({
      'web/apps/sketch/index.html': CLOUD_PAGE,
      'web/apps/sketch/src/deep/main.js': 'import "https://esm.sh/@multisynq/client"',
    })
    const { body, headers } = await app.inject('/apps/sketch/src/deep/main.js')
    const own = '../../../../lib/@multisynq/client@1.1.0/bundled/multisynq-client.esm.js'
    expect(body).toBe(`import "${own}"`)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  test('is adapted in the encoding that it has, which it says itself', async () => {
    const bytes = Buffer.from(`${CLOUD_PAGE}\xe9\x81`, 'latin1')
    await put({ 'web/apps/sketch/index.html': bytes })
    const { rawPayload, headers } = await app.inject('/apps/sketch/')
    expect(rawPayload.toString('latin1')).toBe(`${ADAPTED_PAGE}\xe9\x81`)
    expect(headers['content-type']).toBe('text/html')
  })

  test.each([
    ['is UTF-16', Buffer.from(`\ufeff${CLOUD_PAGE}`, 'utf16le')],
    ['is very large', Buffer.from(CLOUD_PAGE.padEnd(4_000_001))],
  ])('stays as it is if it %s', async (_, bytes) => {
    await put({ 'web/apps/sketch/index.html': bytes })
    const { rawPayload } = await app.inject('/apps/sketch/')
    expect(rawPayload.equals(bytes)).toBe(true)
  })
})

test('a page gets the scripts of the box, and all else stays as it is, to the byte', async () => {
  const parts = ['\ufeff<!DOCTYPE html>\r\n<HTML>', '<Script src=main.js></SCRIPT>\r<p>a &amp b']
  await put({ 'web/apps/sketch/index.html': parts.join('') })
  const { body } = await app.inject('/apps/sketch/')
  expect(body).toBe(parts.join(OWN_SCRIPTS))
})

test('a script that needs nothing stays as it is', async () => {
  const script = '\ufeffrun()\r\n'
  await put({ 'web/apps/sketch/main.js': script })
  const { rawPayload, headers } = await app.inject('/apps/sketch/main.js')
  expect(rawPayload.equals(Buffer.from(script))).toBe(true)
  const { mtime } = await stat(join(dir, 'web/apps/sketch/main.js'))
  expect(headers['last-modified']).toBe(mtime.toUTCString())
})

test('a release goes before a folder, and another one is there at once', async () => {
  await put({
    'web/apps/sketch/index.html': 'by hand',
    'releases/1/index.html': CLOUD_PAGE,
    'releases/2/index.html': CLOUD_PAGE.replace('head', 'body'),
  })
  const time = new Date(0)
  for (const release of [1, 2])
    await utimes(join(dir, `releases/${release}/index.html`), time, time)
  releases.set('sketch', join(dir, 'releases/1'))
  expect((await app.inject('/apps/sketch/')).body).toBe(ADAPTED_PAGE)
  releases.set('sketch', join(dir, 'releases/2'))
  expect((await app.inject('/apps/sketch/')).body).toContain('<body>')
  releases.delete('sketch')
  expect((await app.inject('/apps/sketch/')).body).toBe('by hand')
})

describe('where there is nothing', () => {
  test.each(['/apps/nothing', '/apps/nothing/', '/apps/sketch/rooms/blue', '/apps/sketch/rooms'])(
    'a person gets a page, a program JSON: %s',
    async (url) => {
      await put({ 'web/apps/sketch/index.html': '', 'web/apps/sketch/rooms/red.html': '' })
      const page = await app.inject({ url, headers: FOR_PERSON })
      expect([page.statusCode, page.body]).toEqual([404, 'nothing here'])
      expect(page.headers['cache-control']).toBe('no-store')
      const answer = await app.inject(url)
      expect([answer.statusCode, answer.json()]).toEqual([
        404,
        { error: 'Not Found', message: `there is nothing at GET ${url}` },
      ])
    },
  )

  test('an app may have a page of its own for that', async () => {
    await put({ 'web/apps/sketch/404.html': CLOUD_PAGE })
    const { statusCode, body } = await app.inject({
      url: '/apps/sketch/rooms/blue',
      headers: FOR_PERSON,
    })
    expect(statusCode).toBe(404)
    expect(body).toContain('"../../../apps/use-this-box.js"')
    const script = await app.inject('/apps/sketch/rooms/blue.js')
    expect(script.json()).toMatchObject({ error: 'Not Found' })
  })
})

test('visitors are told all apps and demos, their pictures, and who is in them', async () => {
  await put({
    'web/apps/sketch/index.html':
      '<title>Sketch</title><link rel=icon href="a b.png"><meta name=og:image content="c d.svg">',
    'web/apps/sketch/a b.png': '',
    'web/apps/sketch/c d.svg': '<svg/>',
    'web/demos/chat/index.html':
      '<meta name=description content="Words"><img src="//a.example/"><script>getUserMedia</script>',
    'web/demos/shared/demo.css': '',
  })
  sessions = [
    { users: 2, url: 'http://box/apps/sketch/?q=1' },
    { users: 1, url: 'https://school.example/' },
    { users: 0, url: 'http://box/apps/sketch/' },
  ]
  const response = await app.inject('/apps')
  expect(response.headers['cache-control']).toBe('no-store')
  expect(response.json()).toEqual({
    apps: [
      {
        ...{ kind: 'app', name: 'sketch', title: 'Sketch', description: '' },
        ...{ icon: 'apps/sketch/a%20b.png', picture: 'apps/sketch/c%20d.svg' },
        ...{ url: 'apps/sketch/', people: 2, needsInternet: false, secure: [] },
      },
      {
        ...{ kind: 'demo', name: 'chat', title: 'chat', description: 'Words' },
        ...{ icon: null, picture: null, url: 'demos/chat/', people: 0 },
        ...{ needsInternet: true, secure: ['camera'] },
      },
    ],
    people: 3,
    sessions: 2,
  })
})

test('the owner is told what apps need and what is to be mended, too', async () => {
  await put({
    'web/apps/sketch/index.html': '<img src="//a.example/">',
    'web/apps/sketch/long.html': ' '.repeat(4_000_001),
  })
  await app.ready()
  expect(await list.get()).toMatchObject([
    {
      ...{ name: 'sketch', needs: ['a.example'], packages: [], secure: null, asked: [] },
      ...{ notes: [expect.stringContaining('long.html')], origin: null, sharesBecause: '' },
    },
  ])
})

test('the list has an app that was deployed at once', async () => {
  expect((await app.inject('/apps')).json()).toEqual({ apps: [], people: 0, sessions: 0 })
  await put({ 'releases/1/index.html': '<title>New</title>' })
  releases.set('new', join(dir, 'releases/1'))
  tellChange()
  expect((await app.inject('/apps')).json().apps).toMatchObject([{ name: 'new', title: 'New' }])
})

test('the folder of all apps leads to the first page', async () => {
  expect((await app.inject('/apps/')).headers.location).toBe('../')
})

describe("what the box's script in a page tells", () => {
  const told = (hosts: unknown, name = 'sketch') =>
    app.inject({ method: 'POST', url: `/apps/${name}/.box/asked`, payload: { hosts } })
  const asked = async () => (await list.get())[0]?.asked

  beforeEach(() => put({ 'web/apps/sketch/index.html': '' }))

  test('is in the list of apps', async () => {
    const reports = [
      { host: 'cdn.example', outcome: 'got' },
      { host: 'api.example:8443', outcome: 'vain' },
    ]
    expect((await told(reports)).statusCode).toBe(204)
    expect(await asked()).toEqual([
      { host: 'api.example:8443', got: 0, vain: 1, unclear: 0 },
      { host: 'cdn.example', got: 1, vain: 0, unclear: 0 },
    ])
  })

  test.each([
    ['a path', [{ host: 'a.example/secret', outcome: 'got' }]],
    ['a query', [{ host: 'a.example?key=1', outcome: 'got' }]],
    ['a name', [{ host: 'ada@a.example', outcome: 'got' }]],
    ['markup', [{ host: '<b>', outcome: 'got' }]],
    ['a long host', [{ host: 'a'.repeat(300), outcome: 'got' }]],
    ['another outcome', [{ host: 'a.example', outcome: 'good' }]],
    ['too many hosts', Array(31).fill({ host: 'a.example', outcome: 'got' })],
    ['no list', 'a.example'],
  ])('is refused with %s', async (_what, hosts) => {
    expect((await told(hosts)).statusCode).toBe(400)
    expect(await asked()).toEqual([])
  })

  test('is refused if it is too long, or of no app', async () => {
    expect((await told('x'.repeat(10_000))).statusCode).toBe(413)
    expect((await told([], 'nothing')).statusCode).toBe(404)
  })

  test('counts no more when there is too much of it', async () => {
    for (let count = 0; count < 20; count += 1) expect((await told([])).statusCode).toBe(204)
    expect((await told([{ host: 'a.example', outcome: 'got' }])).statusCode).toBe(429)
    expect(await asked()).toEqual([])
  })

  test('[ROLE9] is answered with whether its person may only watch', async () => {
    const answer = await app.inject('/apps/sketch/.box/visitor')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.json()).toEqual({ watches: true })
  })
})
