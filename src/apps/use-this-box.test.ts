import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { USE_THIS_BOX } from './own-paths.ts'
import { ownScripts } from './own-scripts.ts'

const SCRIPT = (await ownScripts({})).get(USE_THIS_BOX) ?? ''
const ROOT = 'http://box.example/team/x/'
const HASH = 'h'.repeat(43)
const FILE = `apps/org.example.a/${HASH}/data/${HASH}`
const JOIN = { appId: 'org.example.a', name: 'a', model: class {}, apiKey: '2key' }

/** A page that has the script, as far as that looks at it. Other hosts are noted, and not asked. */
class TestPage {
  readonly asked: string[] = []
  readonly sockets: string[] = []
  readonly jobs: unknown[] = []
  /** what the network answers with; throws what it fails with */
  answer = (_url: string): Response => new Response('there')
  readonly #context: object

  constructor(search = '', src = `${ROOT}apps/use-this-box.js`) {
    const { asked, sockets, jobs } = this
    const answer = (url: string) => this.answer(url)
    const location = { search, hash: '' }
    class MutationObserver {
      observe() {}
    }
    this.#context = createContext({
      ...{ location, MutationObserver, Response, URL, asked, sockets, jobs, answer },
      document: { currentScript: src ? { src } : null, baseURI: `${ROOT}apps/a/` },
      HTMLIFrameElement: class {},
      Element: class {},
      WebSocket: class {
        constructor(url: string) {
          sockets.push(url)
        }
      },
      Worker: class {
        postMessage(job: unknown) {
          jobs.push(job)
        }
      },
      fetch: async (url: unknown) => {
        asked.push(String(url))
        return answer(String(url))
      },
    })
    runInContext(SCRIPT, this.#context)
  }

  /** Runs a function's text with its arguments there. */
  run(code: string, ...args: readonly unknown[]): unknown {
    return runInContext(`(...args) => { ${code} }`, this.#context)(...args)
  }

  /** What `Session.join` finds in what it is given. */
  join(given: object): unknown {
    const copy = Object.isFrozen(given) ? given : { ...given }
    this.run('Object.entries(args[0])', copy)
    return copy
  }

  async fetch(...args: readonly unknown[]): Promise<string> {
    return ((await this.run('return fetch(...args)', ...args)) as Response).text()
  }
}

test('a client is given the box, and no key', () => {
  expect(new TestPage().join(JOIN)).toEqual({ ...JOIN, box: ROOT, apiKey: '1_unused' })
})

test.each([
  ['a box', { box: '/' }],
  ['a reflector', { reflector: 'wss://a.example/', files: '/f' }],
])('an app keeps %s that it names', (_, named) => {
  expect(new TestPage().join({ ...JOIN, ...named })).toEqual({ ...JOIN, ...named })
})

test('a region of the cloud is none', () => {
  const joined = new TestPage().join({ ...JOIN, reflector: 'us' })
  expect(joined).toMatchObject({ box: ROOT, reflector: 'us' })
})

test.each(['?room=1&box=/x/', '?reflector=wss://a.example'])(
  'a page keeps what %s says',
  (search) => {
    expect(new TestPage(search).join(JOIN)).toEqual(JOIN)
  },
)

test.each(['', '?boxes=1&mybox=2', '?box', '?box='])('%j names no box', (search) => {
  expect(new TestPage(search).join(JOIN)).toMatchObject({ box: ROOT })
})

test.each([
  ['no join', { appId: 'org.example.a', name: 'a' }],
  ['frozen', Object.freeze({ ...JOIN })],
])('what is %s stays as it is', (_, given) => {
  const before = { ...given }
  expect(new TestPage().join(given)).toEqual(before)
})

test('entries of anything else are what they were', () => {
  const page = new TestPage()
  expect(page.run('return Object.entries("ab")')).toEqual(Object.entries('ab'))
  const shy = new Proxy({ a: 1 }, { get: (target, key) => (key === 'a' ? target.a : fail()) })
  expect(page.run('return Object.entries(args[0])', shy)).toEqual([['a', 1]])
  expect(() => page.run('Object.entries()')).toThrow('undefined')
})

function fail(): never {
  throw new Error('nobody looks at this')
}

test.each(['https://api.croquet.io/sign/join?meta=login', 'https://api.croquet.dev/sign/join'])(
  'the sign-in to %s is answered in the page',
  async (url) => {
    const page = new TestPage()
    expect(JSON.parse(await page.fetch(url))).toEqual({ developerId: 'unknown_dev_id' })
    expect(page.asked).toEqual([])
  },
)

test.each([
  `http://10.0.0.5:8888/files/${FILE}`,
  `https://other.example/team/y/t/token/files/${FILE}`,
  `https://files.croquet.io/${FILE}`,
])('the shared file %s is asked of the box first', async (url) => {
  const page = new TestPage()
  expect(await page.fetch(url, null)).toBe('there')
  expect(page.asked).toEqual([`${ROOT}files/${FILE}`])
})

test.each([
  ['does not have it', () => new Response('', { status: 404 })],
  ['cannot be reached', () => fail()],
])('and of its own address if the box %s', async (_, answerOfBox) => {
  const page = new TestPage()
  page.answer = (url) => (url.startsWith(ROOT) ? answerOfBox() : new Response('elsewhere'))
  const url = new URL(`http://10.0.0.5:8888/files/${FILE}`)
  expect(await page.fetch(url)).toBe('elsewhere')
  expect(page.asked).toEqual([`${ROOT}files/${FILE}`, url.href])
})

test.each([
  [`${ROOT}files/${FILE}`],
  [`http://10.0.0.5:8888/files/${FILE}`, { method: 'PUT' }],
  [`http://10.0.0.5:8888/${FILE}`],
  [`http://10.0.0.5:8888/files/${FILE}/more`],
  ['https://croquet.example/sign/join'],
  ['data.json'],
])('%s is asked as it is (%j)', async (url, init?: object) => {
  const page = new TestPage()
  await page.fetch(url, init)
  expect(page.asked).toEqual([url])
})

test.each([
  [
    `wss://api.croquet.io/reflector/v1/${HASH}?token=x`,
    `ws://box.example/team/x/reflector/${HASH}`,
  ],
  [`wss://croquet.network/reflector/${HASH}`, `ws://box.example/team/x/reflector/${HASH}`],
  [`wss://a.example/reflector/${HASH}`, `wss://a.example/reflector/${HASH}`],
  ['wss://api.croquet.io/news', 'wss://api.croquet.io/news'],
  ['/chat', '/chat'],
])('a web socket to %s is one to %s', (asked, opened) => {
  const page = new TestPage()
  page.run('new WebSocket(args[0])', asked)
  page.run('new (class extends WebSocket {})(new URL(args[0], document.baseURI))', asked)
  expect(page.sockets[0]).toBe(opened)
  expect(page.run('return new WebSocket(args[0]).constructor === WebSocket', asked)).toBe(true)
})

test('uploads for the cloud go to the box, whatever the age of the client', () => {
  const page = new TestPage()
  const cmd = 'uploadEncrypted'
  const own = { cmd, server: { url: 'https://files.example', apiKey: 'k' } }
  for (const job of [
    { cmd, server: { url: 'https://api.croquet.io/sign', apiKey: 'k' }, path: 'p' },
    { cmd, server: 'https://api.croquet.io/sign', apiKey: 'k', path: 'p' },
    ...[own, { cmd: 'other' }, 'text', undefined],
  ]) {
    page.run('new Worker().postMessage(args[0])', job)
  }
  const files = `${ROOT}files`
  expect(page.jobs).toEqual([
    { cmd, server: { url: files, apiKey: null }, apiKey: null, path: 'p' },
    { cmd, server: files, apiKey: null, path: 'p' },
    ...[own, { cmd: 'other' }, 'text', undefined],
  ])
})

test('a page that runs the text of the script by itself is left alone', () => {
  expect(new TestPage('', '').join(JOIN)).toEqual(JOIN)
})
