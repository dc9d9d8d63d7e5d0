import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AppFiles, tarGzOf, tarOf, zipOf } from '../../../test/support/archives.ts'
import { sharedOrigins } from '../../../test/support/shared-origins.ts'
import { AppStore } from './app-store.ts'
import { appRoutes } from './routes.ts'

const FILES = { 'index.html': '<title>Our garden</title>', 'js/main.js': 'main' }
const LIMITS = { maxBytes: 1_000_000, maxEntries: 20 }
const BOUNDARY = 'boundary'

let dir: string
let roomBytes: number
let failure: Error | undefined
let notes: object[]
let store: AppStore
let app: FastifyInstance

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'app-routes-'))
  roomBytes = Number.POSITIVE_INFINITY
  failure = undefined
  notes = []
  store = new AppStore({ dir, wallTime: Date.now, log: { error: () => {} } })
  await store.open()
  app = fastify()
  app.register(appRoutes, {
    ...{ store, origins: sharedOrigins(), limits: LIMITS, room: { take }, whoOf: () => 'a test' },
    note: (event, _request, details) => notes.push({ event, ...details }),
    appUrl: () => 'https://box.school/',
  })
})
afterEach(async () => {
  await app.close()
  expect(await readdir(join(dir, '.incoming'))).toEqual([])
  await rm(dir, { recursive: true })
})

async function take(bytes: number): Promise<void> {
  if (failure) throw failure
  roomBytes -= bytes
  if (roomBytes < 0) throw Object.assign(new Error('too full'), { statusCode: 507, expose: true })
}

/** A form with files in fields of these names. */
async function post(
  name: string,
  ...parts: ReadonlyArray<readonly [field: string, file: File | string]>
) {
  const form = new FormData()
  for (const [field, file] of parts) {
    if (typeof file === 'string') form.append(field, file)
    else form.append(field, file)
  }
  const encoded = new Response(form)
  return app.inject({
    method: 'POST',
    url: `/apps/${name}`,
    body: Buffer.from(await encoded.arrayBuffer()),
    headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
  })
}

const fileOf = (contents: string | Buffer, name = 'blob') =>
  new File([typeof contents === 'string' ? contents : new Uint8Array(contents)], name)

async function deploy(name: string, files: AppFiles = FILES): Promise<string> {
  const response = await post(name, ['file', fileOf(await zipOf(files), 'app.zip')])
  expect(response.statusCode, response.body).toBe(201)
  return response.json().release
}

async function served(name: string, path = 'index.html'): Promise<string> {
  return readFile(join(store.activeFolder(name) ?? '', path), 'utf8')
}

describe('sources that are not built yet', () => {
  const SOURCES = {
    'index.html': '<script type=module src=/src/main.tsx></script>',
    'dist/index.html': '',
  }

  test('are refused in words, and nothing changes', async () => {
    const response = await post('garden', ['file', fileOf(await zipOf(SOURCES), 'app.zip')])
    expect(response.statusCode).toBe(422)
    expect(response.json().message).toContain('deploy dist/, which was built from it')
    expect(store.find('garden')).toBeUndefined()
  })

  test('are taken from who means them', async () => {
    const name = 'garden?asIs=true'
    const response = await post(name, ['file', fileOf(await zipOf(SOURCES), 'app.zip')])
    expect(response.statusCode, response.body).toBe(201)
  })
})

test('an app whose app.json asks for what the box does not know is refused', async () => {
  const files = { ...FILES, 'app.json': '{"crossOriginIsolated": "yes"}' }
  const response = await post('garden', ['file', fileOf(await zipOf(inFolder(files)), 'app.zip')])
  expect([response.statusCode, response.json().message]).toEqual([
    400,
    'app.json is wrong: "crossOriginIsolated" has to be true, false or "credentialless"',
  ])
  await deploy('garden', { ...FILES, 'app.json': '{"name": "of another tool"}' })
})

describe('an app is deployed by', () => {
  test.each([
    ['a zip', 'app.zip', () => zipOf(FILES)],
    ['a zip of its folder', 'app.ZIP', () => zipOf(inFolder(FILES))],
    ['a tar.gz', 'app.tar.gz', () => tarGzOf(FILES)],
    ['a tgz of its folder', 'app.tgz', () => tarGzOf(inFolder(FILES))],
    [
      'a tar',
      'app.tar',
      () => tarOf(Object.entries(FILES).map(([name, body]) => ({ name, body }))),
    ],
  ])('%s', async (_, name, make) => {
    for (const field of ['file', 'archive', 'files', name]) {
      const response = await post('garden', [field, fileOf(await make(), name)])
      expect(response.json()).toEqual({
        app: 'garden',
        release: store.find('garden')?.active.id,
        url: 'https://box.school/apps/garden/',
        ...{ origin: null, sharesBecause: '' },
        files: 2,
        bytes: 29,
        skipped: [],
      })
      expect(response.statusCode).toBe(201)
    }
    expect(await served('garden', 'js/main.js')).toBe('main')
    expect(store.find('garden')?.active).toMatchObject({ title: 'Our garden', by: 'a test' })
  })

  test('its files, whose paths are the names of the fields', async () => {
    const parts = Object.entries(FILES).map(([path, text]) => [path, fileOf(text)] as const)
    const response = await post('garden', ...parts, ['.env', fileOf('secret')])
    expect(response.json()).toMatchObject({ files: 2, bytes: 29, skipped: ['.env'] })
    expect(await served('garden', 'js/main.js')).toBe('main')
  })

  test('its files, whose names are their paths, as a browser sends a folder', async () => {
    const parts = Object.entries(FILES).map(
      ([path, text]) => ['files', fileOf(text, `dist/${path}`)] as const,
    )
    expect((await post('garden', ...parts)).json()).toMatchObject({ files: 2 })
    expect(await served('garden', 'js/main.js')).toBe('main')
  })

  test('its files, of which one is an archive to download', async () => {
    await post('garden', ['index.html', fileOf('page')], ['all.zip', fileOf(await zipOf(FILES))])
    expect(await readdir(store.activeFolder('garden') ?? '')).toEqual(['all.zip', 'index.html'])
  })
})

function inFolder(files: AppFiles): AppFiles {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`dist/${path}`, text]))
}

describe('a deploy is refused in words, and changes nothing:', () => {
  const cases: ReadonlyArray<
    readonly [
      string,
      number,
      string,
      () => Promise<ReadonlyArray<readonly [string, File | string]>>,
    ]
  > = [
    ['no file', 400, 'there is no file in it', async () => []],
    ['text', 400, '"a" is text, not a file', async () => [['a', 'text']]],
    ['no page', 400, 'there is no index.html', async () => [['a.js', fileOf('x')]]],
    [
      'an archive without a page',
      400,
      'there is no index.html',
      async () => [['file', fileOf(await zipOf({ 'a.js': 'x' }), 'app.zip')]],
    ],
    [
      'a file outside',
      400,
      '"../index.html" leads out of the app',
      async () => [['../index.html', fileOf('x')]],
    ],
    [
      'a file outside, by its own name',
      400,
      'leads out of the app',
      async () => [['file', fileOf('x', '../index.html')]],
    ],
    [
      'no archive',
      400,
      'the archive is damaged, not all of it, or no zip, tar or tar.gz',
      async () => [['file', fileOf('hello', 'app.zip')]],
    ],
    [
      'too large',
      413,
      'the app is larger than 1 MB',
      async () => [['index.html', fileOf('x'.repeat(1_000_001))]],
    ],
    [
      'too many',
      413,
      'more than 20 files and folders',
      async () => Array.from({ length: 21 }, (_, i) => [`${i}`, fileOf('x')] as const),
    ],
  ]
  test.each(cases)('%s', async (_, status, message, parts) => {
    await deploy('garden')
    const before = store.list()
    const response = await post('garden', ...(await parts()))
    expect(response.json().message).toContain(message)
    expect(response.statusCode).toBe(status)
    expect(store.list()).toEqual(before)
    expect(await readdir(join(dir, 'garden/releases'))).toHaveLength(1)
    await post('new', ...(await parts()))
    expect(await readdir(dir)).not.toContain('new')
    expect(notes).toHaveLength(1)
  })

  test.each(['Admin', '..%2fadmin', 'con', '%00', 'x'.repeat(90)])('the name %s', async (name) => {
    const response = await post(name, ['index.html', fileOf('x')])
    expect(response.statusCode).toBe(400)
    expect(response.json().message).toMatch(/^(an app cannot be called|"con" is reserved)/)
    expect((await app.inject(`/apps/${name}`)).statusCode).toBe(400)
  })

  test.each(['application/json', 'application/zip', 'text/plain'])('a body of %s', async (type) => {
    const sent = { method: 'POST', url: '/apps/garden', body: '{}' } as const
    const response = await app.inject({ ...sent, headers: { 'content-type': type } })
    expect(response.statusCode).toBe(415)
    expect(response.json().message).toContain('curl -F file=@app.zip')
  })

  test('a body that is announced too large, before it comes', async () => {
    const response = await app.inject({
      ...{ method: 'POST', url: '/apps/garden' },
      headers: {
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        'content-length': '20000000',
      },
    })
    expect(response.statusCode).toBe(413)
  })

  test('no room on the disk, while it comes and while it is unpacked', async () => {
    await deploy('garden')
    const zip = await zipOf({ 'index.html': 'x'.repeat(10_000) })
    for (const room of [0, zip.length + 100]) {
      roomBytes = room
      const response = await post('garden', ['file', fileOf(zip, 'app.zip')])
      expect(response.statusCode).toBe(507)
      expect(store.find('garden')?.releases).toHaveLength(1)
    }
  })

  test('a disk that is full', async () => {
    failure = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' })
    const response = await post('garden', ['index.html', fileOf('x')])
    expect(response.statusCode).toBe(507)
    expect(response.json().message).toContain('its owner has to make room')
  })
})

test('two deploys of one app at once are both taken, and the one that ends last is active', async () => {
  const ids = await Promise.all([
    deploy('garden', { 'index.html': 'one' }),
    deploy('garden', { 'index.html': 'two' }),
  ])
  expect(store.find('garden')?.releases.map(({ id }) => id)).toEqual(ids.toSorted().toReversed())
  expect(['one', 'two']).toContain(await served('garden'))
})

test('apps are listed, looked at, rolled back and deleted, which is noted', async () => {
  const one = await deploy('garden')
  const two = await deploy('garden', { 'index.html': 'two' })
  await deploy('chess')
  const list = (await app.inject('/apps')).json()
  expect(list.map(({ name }: { name: string }) => name)).toEqual(['chess', 'garden'])
  const garden = (await app.inject('/apps/garden')).json()
  expect(list[1]).toEqual(garden)
  expect(garden).toMatchObject({
    ...{ name: 'garden', url: 'https://box.school/apps/garden/', title: 'garden', icon: '' },
    active: two,
    releases: [
      { id: two, by: 'a test', files: 1, bytes: 3, title: 'garden' },
      { id: one, by: 'a test', files: 2, bytes: 29, title: 'Our garden' },
    ],
  })

  const put = (body: object) =>
    app.inject({ method: 'PUT', url: '/apps/garden/active', payload: body })
  expect((await put({ release: one })).json()).toMatchObject({ active: one, title: 'Our garden' })
  expect(await served('garden')).toContain('Our garden')
  expect((await put({ release: '../x' })).json().message).toContain('has no release ../x: it has')
  expect((await put({})).statusCode).toBe(400)

  const remove = (path: string) => app.inject({ method: 'DELETE', url: `/apps/${path}` })
  expect((await remove(`garden/releases/${one}`)).statusCode).toBe(409)
  expect((await remove(`garden/releases/${two}`)).json().releases).toHaveLength(1)
  expect((await remove('garden')).statusCode).toBe(204)
  expect((await remove('garden')).statusCode).toBe(404)
  expect((await app.inject('/apps/garden')).json().message).toBe(
    'there is no app garden on this box',
  )
  expect(notes).toMatchObject([
    { event: 'app-deployed', app: 'garden', release: one, files: 2, bytes: 29 },
    { event: 'app-deployed', app: 'garden', release: two },
    { event: 'app-deployed', app: 'chess' },
    { event: 'app-activated', app: 'garden', release: one },
    { event: 'release-deleted', app: 'garden', release: two },
    { event: 'app-deleted', app: 'garden' },
  ])
})

describe('over a real connection', () => {
  const HEAD = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="index.html"; filename="a"\r\n\r\n`

  async function begin() {
    const sent = await ask()
    await expect.poll(() => readdir(join(dir, '.incoming'))).toHaveLength(1)
    return sent
  }

  async function ask() {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const sent = request({
      ...{ host: '127.0.0.1', port, method: 'POST', path: '/apps/garden' },
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    })
    sent.on('error', () => {})
    sent.write(`${HEAD}half a page`)
    return sent
  }

  test('an upload that breaks off leaves nothing', async () => {
    const sent = await begin()
    sent.destroy()
    await expect.poll(() => readdir(join(dir, '.incoming'))).toEqual([])
    expect(store.list()).toEqual([])
  })

  test('an upload that broke off before anybody could read it is over', async () => {
    const came = Promise.withResolvers<IncomingMessage>()
    app.addHook('onRequest', async ({ raw }) => came.resolve(raw))
    const closed = Promise.withResolvers<void>()
    const newWorkFolder = store.newWorkFolder.bind(store)
    store.newWorkFolder = async () => {
      const raw = await came.promise
      raw.once('close', closed.resolve)
      sent.destroy()
      await closed.promise
      return newWorkFolder()
    }
    const sent = await ask()
    await closed.promise
    await app.close()
    expect(await readdir(join(dir, '.incoming'))).toEqual([])
  })

  test('a form that has no end is refused', async () => {
    const sent = await begin()
    sent.end()
    const [response] = await once(sent, 'response')
    expect(response.statusCode).toBe(400)
    expect(String(await response.toArray())).toContain('no whole multipart form')
  })

  test('an upload under way is given up when the box stops', async () => {
    const sent = await begin()
    const answered = once(sent, 'response')
    const closed = app.close()
    const [response] = await answered
    expect(response.statusCode).toBe(503)
    expect(String(await response.toArray())).toContain('the box is stopping')
    sent.destroy()
    await closed
    expect(await readdir(join(dir, '.incoming'))).toEqual([])
  })
})

test('more deploys at a time than there is room for are told to wait', async () => {
  const waiting = Promise.withResolvers<void>()
  app.close()
  const slow = fastify()
  slow.register(appRoutes, {
    ...{ store, origins: sharedOrigins(), limits: LIMITS, room: { take: () => waiting.promise } },
    ...{ whoOf: () => '', note: () => {}, appUrl: () => '' },
  })
  app = slow
  const deploys = Array.from({ length: 9 }, () => post('garden', ['index.html', fileOf('x')]))
  const first = await Promise.race(deploys)
  expect(first.statusCode).toBe(503)
  expect(first.headers['retry-after']).toBe('10')
  waiting.resolve()
  const statuses = (await Promise.all(deploys)).map(({ statusCode }) => statusCode)
  expect(statuses.filter((status) => status === 201)).toHaveLength(8)
})
