import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { RawClients } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { APP_DIR, newSession, Visitors } from './visitors.ts'

const ID = 'I'.repeat(43)
/** Clients ignore a request for a snapshot in a session younger than this (ms of teatime). */
const FIRST_SNAPSHOT_AFTER_MS = 5000
/** What runs where it should not says so by asking the box for this. */
const CRY = '/script-has-run'
const SCRIPT = `(globalThis.fetch ?? importScripts)('${CRY}')`
const HOSTILE: ReadonlyArray<[type: string, bytes: string]> = [
  ['text/html', `<!doctype html><title>owned</title><script>${SCRIPT}</script>`],
  [
    'image/svg+xml',
    `<svg xmlns="http://www.w3.org/2000/svg"><script>${SCRIPT}</script><rect width="9" height="9"/></svg>`,
  ],
  ['text/javascript', SCRIPT],
  ['text/css', `@import "${CRY}"; body { background: url("${CRY}") }`],
]

let box: TestBox
let nginx: TestNginx
let visitors: Visitors

beforeAll(async () => {
  box = await startBox({ BOX_WEB_DIR: APP_DIR })
  // A temporary folder is its owner's alone, and nginx runs as somebody else.
  await chmod(box.filesDir, 0o755)
  nginx = await startNginx(box.port, { uploadsDir: join(box.filesDir, 'uploads') })
  visitors = await Visitors.launch()
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await nginx?.stop()
  await box?.stop()
})

describe.each([
  ['the box', () => box.url],
  ['nginx', () => nginx.httpUrl],
] as const)('[FILE8] an upload sent by %s', (_, from) => {
  test.each(HOSTILE)('as %s is a download, and no page', async (type, bytes) => {
    const url = await upload(from(), type, bytes)
    const { page, requests } = await visitors.open(from())
    const downloading = page.waitForEvent('download')
    await page.evaluate(`location.assign('${url}')`)
    const download = await downloading
    expect(await readFile(await download.path(), 'utf8')).toBe(bytes)
    expect(page.url()).toBe(`${from()}/`)
    expect(await page.title()).toBe('Test app')
    expect(requests.filter((asked) => asked.endsWith(CRY))).toEqual([])
  })

  test.each(HOSTILE)('as %s shows nothing in a frame', async (type, bytes) => {
    const url = await upload(from(), type, bytes)
    const { page, requests } = await visitors.open(from())
    const downloading = page.waitForEvent('download')
    await page.evaluate(`document.body.append(
      Object.assign(document.createElement('iframe'), { src: '${url}' }))`)
    await downloading
    const [, frame] = page.frames()
    expect(await frame?.content()).toBe('<html><head></head><body></body></html>')
    expect(requests.filter((asked) => asked.endsWith(CRY))).toEqual([])
  })

  test.each(HOSTILE)('as %s is nothing that a page of the box can use', async (type, bytes) => {
    const url = await upload(from(), type, bytes)
    const { page, requests } = await visitors.open(from())
    const tryUses = `import('/file-uses.js').then(({ tryUses }) => tryUses('${url}'))`
    expect(await page.evaluate(tryUses)).toEqual([])
    expect(requests.filter((asked) => asked.endsWith(CRY))).toEqual([])
  })

  test('is read by a page of another origin with CORS, and not without', async () => {
    const url = await upload(from(), 'text/plain', 'plain')
    const { page } = await visitors.open(from().replace('127.0.0.1', 'localhost'))
    const read = (mode: string) =>
      page.evaluate(`fetch('${url}', { mode: '${mode}' }).then((response) => response.text())`)
    expect(await read('cors')).toBe('plain')
    await expect(read('no-cors')).rejects.toThrow('Failed to fetch')
  })
})

describe.each(['croquet', 'multisynq'] as const)('%s', (client) => {
  test('[FILE3] [FILE8] a page of another origin that keeps itself apart starts from a snapshot', async () => {
    const elsewhere = await startElsewhere()
    try {
      const session = newSession({ client })
      const home = `${elsewhere.url}/?box=${encodeURIComponent(`${nginx.httpUrl}/`)}`
      const ada = await visitors.join(home, session)
      await ada.publish('add', 5)
      await eventually(async () => (await ada.state()).teatime).toBeGreaterThan(
        FIRST_SNAPSHOT_AFTER_MS,
      )
      const { sessionId } = await ada.state()
      await ada.snapshot()
      await eventually(() => snapshotUrl(sessionId)).toContain(`${sessionId}/`)
      const bob = await visitors.join(home, session)
      expect(bob.syncs).toMatchObject([{ url: expect.stringMatching(/\.snap$/) }])
      await bob.shows({ count: 5 })
      await bob.share(100_000)
      await bob.publish('mark', 'end')
      expect(await bob.marked('end')).toBe(await ada.marked('end'))
      expect(await ada.hasShared(100_000)).toBe(true)
      expect([...ada.errors, ...bob.errors]).toEqual([])
    } finally {
      await elsewhere.stop()
    }
  })
})

async function upload(from: string, type: string, bytes: string): Promise<string> {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  const url = `${from}/files/apps/org.example.hostile/${ID}/data/${hash}`
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: bytes,
  })
  expect(response.ok).toBe(true)
  return url
}

/** The test app on an origin of its own, on a page that takes in nothing which does not allow it. */
async function startElsewhere() {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://elsewhere')
    const name = pathname === '/' ? 'index.html' : pathname.slice(1)
    const type = name.endsWith('.html') ? 'text/html' : 'text/javascript'
    response.writeHead(200, {
      'content-type': type,
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    })
    response.end(await readFile(join(APP_DIR, name)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What the next joiner would start from. */
async function snapshotUrl(sessionId: string): Promise<string> {
  const clients = new RawClients()
  try {
    const client = await clients.connect(`ws://127.0.0.1:${box.port}/reflector`, sessionId)
    return (await client.join({ user: undefined })).url
  } finally {
    await clients.closeAll()
  }
}
