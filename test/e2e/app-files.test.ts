import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AppApi } from '../support/app-api.ts'
import { zipOf } from '../support/archives.ts'
import type { WatchedPage } from '../support/browser.ts'
import { findFreeRange } from '../support/port-range.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { Visitors } from './visitors.ts'

const COUNT = join(import.meta.dirname, 'cloud-apps/count.js')
const CLIENT = 'https://cdn.jsdelivr.net/npm/@croquet/croquet@2.0.4/pub/croquet.min.js'
/** A name by which browsers take no Brotli, since it is http to another machine. */
const LAN_NAME = 'box.local'

/** The smallest module that there is. */
const WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
const GAME = 'document.body.dataset.ran = (document.body.dataset.ran ?? "") + "game "'

/** The app that counts, with more of the page behind it. */
const page = (title: string, rest: string) =>
  `<!doctype html><title>${title}</title><script src="${CLIENT}"></script><script src="count.js"></script>
   <body><script>globalThis.joined = startCount(Croquet)</script>${rest}`

const APPS: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  exported: {
    'index.html': page('Exported', '<a id="about" href="/about">About</a>'),
    'about.html': '<!doctype html><title>About us</title><a id="team" href="/about/team">Team</a>',
    'about/team.html':
      '<!doctype html><title>Our team</title><script src="/lib/own.js"></script><img src="/files/dot.svg">',
    'lib/own.js':
      'const worker = new Worker("/worker.js"); worker.onmessage = ({ data }) => { document.title += data }',
    'files/dot.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>',
    'worker.js': 'postMessage(" works")',
  },
  game: {
    'index.html': page(
      'Game',
      `<script>
        const load = async (file) => {
          const module = await WebAssembly.compileStreaming(fetch('Build/' + file))
          document.body.dataset.modules = (document.body.dataset.modules ?? '') + module.constructor.name + ' '
        }
        const bytes = async (file) => [...new Uint8Array(await (await fetch('Build/' + file)).arrayBuffer())].slice(0, 4)
        Promise.all([load('a.wasm.gz'), load('b.wasm.br'), load('c.wasm.unityweb')]).then(async () => {
          document.body.dataset.read = JSON.stringify([await bytes('d.data.gz'), await bytes('e.data.br')])
        })
      </script>
      <script src="Build/a.framework.js.gz"></script><script src="Build/b.framework.js.br"></script>`,
    ),
    'Build/a.wasm.gz': gzipSync(WASM),
    'Build/b.wasm.br': brotliCompressSync(WASM),
    'Build/c.wasm.unityweb': gzipSync(WASM),
    'Build/d.data.gz': gzipSync(Buffer.from([1, 2, 3, 4])),
    'Build/e.data.br': brotliCompressSync(Buffer.from([5, 6, 7, 8])),
    'Build/a.framework.js.gz': gzipSync(GAME),
    'Build/b.framework.js.br': brotliCompressSync(GAME),
  },
  threads: {
    'app.json': '{"crossOriginIsolated": true}',
    'index.html': page(
      'Threads',
      `<img src="dot.svg"><script type="module">
        import * as three from '/lib/three/build/three.module.js'
        const shared = new SharedArrayBuffer(4)
        const worker = new Worker('worker.js')
        worker.onmessage = () => {
          document.body.dataset.threads = [crossOriginIsolated, new Int32Array(shared)[0], typeof three.Vector3].join()
        }
        worker.postMessage(shared)
      </script>`,
    ),
    'worker.js':
      'onmessage = ({ data }) => { Atomics.store(new Int32Array(data), 0, crossOriginIsolated ? 7 : 1); postMessage(0) }',
    'dot.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>',
  },
  offline: {
    'index.html': `<!doctype html><title>Offline</title><script>
        navigator.serviceWorker.register('/sw.js').then(
          async () => {
            document.title = new URL((await navigator.serviceWorker.ready).active.scriptURL).pathname
          },
          ({ name }) => { document.title = name },
        )
      </script>`,
    'sw.js': 'onactivate = () => clients.claim()',
  },
}

let webDir: string
let box: TestBox
let visitors: Visitors
let opened: WatchedPage[] = []

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  await writeFile(await made('favicon.ico'), '')
  for (const [name, files] of Object.entries(APPS)) {
    for (const [path, contents] of Object.entries(files)) {
      await writeFile(await made(`apps/${name}/${path}`), contents)
    }
    await copyFile(COUNT, join(webDir, 'apps', name, 'count.js'))
  }
  box = await startBox({ BOX_WEB_DIR: webDir, BOX_HOST: '0.0.0.0' })
  visitors = await Visitors.launch(LAN_NAME)
})

afterEach(async () => {
  await visitors.leave()
  opened = []
})

afterAll(async () => {
  await visitors?.close()
  await box?.stop()
  await rm(webDir, { recursive: true })
})

test('an export of pages without suffix, for the root of a site, is walked through', async () => {
  const ada = await open('exported')
  await eventually(() => ada.getAttribute('body', 'data-count')).toBe('0')
  await ada.click('#about')
  await eventually(() => ada.title()).toBe('About us')
  expect(new URL(ada.url()).pathname).toBe('/apps/exported/about')
  await ada.click('#team')
  await eventually(() => ada.title()).toBe('Our team works')
  expect(new URL(ada.url()).pathname).toBe('/apps/exported/about/team')
  expect(await ada.evaluate('document.images[0].naturalWidth')).toBe(7)
  expect(faults()).toEqual([])
})

test.each(['localhost', LAN_NAME])('compressed builds of games run by http at %s', async (host) => {
  const ada = await open('game', host)
  const bob = await open('game')
  await eventually(() => ada.getAttribute('body', 'data-ran')).toBe('game game ')
  await eventually(() => ada.getAttribute('body', 'data-modules')).toBe('Module Module Module ')
  await eventually(() => ada.getAttribute('body', 'data-read')).toBe('[[1,2,3,4],[5,6,7,8]]')
  await meet(ada, bob)
})

test('pages that are isolated have threads, and meet', async () => {
  const ada = await open('threads')
  const bob = await open('threads')
  for (const person of [ada, bob]) {
    await eventually(() => person.getAttribute('body', 'data-threads')).toBe('true,7,function')
    expect(await person.evaluate('document.images[0].naturalWidth')).toBe(7)
  }
  await meet(ada, bob)
  const id = await ada.evaluate(`joined.then(async ({ id }) =>
    Croquet.Data.toId(await Croquet.Data.store(id, new Uint8Array([1, 2, 3]).buffer)))`)
  const read = await bob.evaluate(`joined.then(async ({ id }) =>
    [...new Uint8Array(await Croquet.Data.fetch(id, Croquet.Data.fromId('${String(id)}')))])`)
  expect(read).toEqual([1, 2, 3])
  expect(faults()).toEqual([])
})

test('a service worker for the root is not let near other apps', async () => {
  const ada = await open('offline')
  await eventually(() => ada.title()).toMatch(/Error$/)
})

test('[APPS1] a service worker for the root runs at the own origin of its app', async () => {
  const port = await findFreeRange(1)
  const walled = await startBox({ BOX_WEB_DIR: webDir, BOX_APP_ORIGINS: `${port}-${port}` })
  try {
    const files = APPS.offline ?? {}
    const api = await AppApi.of(walled.adminUrl, walled.filesDir)
    await api.deploy('offline', await zipOf(files))
    const watched = await visitors.open(`http://localhost:${port}/apps/offline/`)
    await eventually(() => watched.page.title()).toBe('/sw.js')
  } finally {
    await visitors.leave()
    await walled.stop()
  }
})

async function made(path: string): Promise<string> {
  const file = join(webDir, path)
  await mkdir(dirname(file), { recursive: true })
  return file
}

async function open(app: string, host = 'localhost'): Promise<Page> {
  const watched = await visitors.open(`http://${host}:${box.port}/apps/${app}/`)
  opened.push(watched)
  return watched.page
}

async function meet(ada: Page, bob: Page): Promise<void> {
  const count = (of: Page) => of.getAttribute('body', 'data-count')
  for (const person of [ada, bob]) await eventually(() => count(person)).not.toBe(null)
  const before = Number(await count(ada))
  await ada.mouse.click(50, 50)
  await eventually(() => count(bob)).toBe(String(before + 1))
}

function faults(): readonly string[] {
  return opened.flatMap(({ errors }) => errors)
}
