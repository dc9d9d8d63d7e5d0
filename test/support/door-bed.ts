import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signAdminToken } from '../../src/access/box-tokens.ts'
import type { Invite } from '../../src/access/invites.ts'
import { readKey } from '../../src/access/key-file.ts'
import { type Probe, type ProbeAnswer, probe, UPGRADE } from './http-probe.ts'
import { startBox, type TestBox } from './start-box.ts'

const HOUR_MS = 3_600_000
export const ID = 'I'.repeat(43)
export const FILE = `/files/snapshots/${ID}/0000000001_1-${ID}.snap`
export const SAVED = `/files/apps/org.example.app/${ID}/save/${ID}`
export const SOCKET: Probe = { path: `/reflector/${ID}`, headers: UPGRADE }

/** Headers of somebody who is not on the LAN, as a trusted proxy tells. */
export const STRANGER = { 'x-forwarded-for': '203.0.113.9' }
export const NEIGHBOUR = { 'x-forwarded-for': '192.168.1.7' }
/** Headers of a browser in which a person opens a page. */
export const AS_PERSON = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

/** What visitors ask for, and what they get once they are in. */
export const FOR_VISITORS: ReadonlyArray<readonly [name: string, asked: Probe, status: number]> = [
  ['the landing page', { path: '/' }, 200],
  ['a page', { path: '/index.html' }, 200],
  ['a page of a folder', { path: '/demos/counter/' }, 200],
  ['a folder', { path: '/demos/counter' }, 301],
  ['a style', { path: '/common/theme.css' }, 200],
  ['its head', { method: 'HEAD', path: '/common/theme.css' }, 200],
  ['the libraries', { path: '/lib/' }, 200],
  ['a library', { path: '/lib/qrcode-generator@2.0.4/package.json' }, 200],
  ['the latest library', { path: '/lib/qrcode-generator/package.json' }, 302],
  ['the addresses', { path: '/addresses' }, 200],
  ['the apps', { path: '/apps' }, 200],
  ['where somebody goes', { path: '/trust/place?next=/demos/chat/' }, 200],
  ['an app that is not there', { path: '/apps/nothing/' }, 404],
  ['what tells apps of the box', { path: '/apps/use-this-box.js' }, 200],
  ['an upload', { method: 'PUT', path: FILE, body: 'x' }, 201],
  ['a download', { path: FILE }, 200],
  ['its head', { method: 'HEAD', path: FILE }, 200],
  ['a file that is not there', { path: SAVED }, 404],
  ['no file', { path: '/files/nothing' }, 404],
  [
    'a form',
    { method: 'POST', path: '/files', headers: { 'content-type': 'x/y' }, body: 'x' },
    415,
  ],
  ['nothing', { path: '/nothing' }, 404],
  ['nothing, by POST', { method: 'POST', path: '/' }, 404],
  ['a web socket', SOCKET, 101],
  ['a web socket elsewhere', { ...SOCKET, path: `/${ID}` }, 101],
]

/** What only those may see who run the box. */
export const FOR_MONITORS = ['/metrics', '/sessions', `/users/${ID}`]

/** What everybody may ask. */
export const FOR_EVERYBODY: ReadonlyArray<readonly [asked: Probe, status: number]> = [
  [{ path: '/healthz' }, 200],
  [{ path: '/team/x/healthz' }, 200],
  [{ method: 'HEAD', path: '/healthz' }, 200],
  [{ path: '/readyz' }, 200],
  [{ method: 'OPTIONS', path: FILE }, 204],
  [{ path: '/admin/' }, 307],
  [{ path: '/metrics' }, 307],
  [{ path: `/users/${ID}` }, 307],
  [{ method: 'POST', path: '/api/v1/login' }, 421],
]

/** Ways to say a path that may be read in two ways. */
export const TRICKS: ReadonlyArray<readonly [name: string, trick: (path: string) => string]> = [
  ['as it is', (path) => path],
  ['with a prefix', (path) => `/team/x${path}`],
  ['with a doubled slash', (path) => `/${path}`],
  ['with doubled slashes', (path) => path.replaceAll('/', '//')],
  ['from another folder', (path) => `/healthz/..${path}`],
  ['from another folder, encoded', (path) => `/healthz/%2e%2e${path}`],
  ['from another folder, slash encoded', (path) => `/healthz%2f..${path}`],
  ['from the folder of links', (path) => `/invite/..${path}`],
  ['with a dot', (path) => `/.${path}`],
  ['with its letters encoded', encodeLetters],
  ['with its slashes encoded', (path) => `/${path.slice(1).replaceAll('/', '%2f')}`],
  ['with backslashes', (path) => `/${path.slice(1).replaceAll('/', '\\')}`],
  ['in capitals', (path) => path.toUpperCase()],
  ['cut off by a null', (path) => `${path}%00`],
  ['cut off by a null from what is open', (path) => `${path}%00/healthz`],
  ['with parameters', (path) => `${path};/healthz`],
  ['with a query', (path) => `${path}?/healthz`],
  ['with a fragment', (path) => `${path}#/healthz`],
  ['overlong in UTF-8', (path) => `/%c0%ae%c0%ae${path}`],
  ['very long', (path) => `/${'x'.repeat(4000)}${path}`],
  ['as the address of another host', (path) => `http://healthz${path}`],
  ['with a guessed token', (path) => `/t/guess${path}`],
  ['with no token', (path) => `/t/${path}`],
  ['with two tokens', (path) => `/t/guess/t/guess${path}`],
  ['with a token in capitals', (path) => `/T/guess${path}`],
  ['with a token, encoded', (path) => `/%74/guess${path}`],
]

/** A way to bring a token. */
export type Carry = (asked: Probe, token: string) => Probe

export const WAYS: Readonly<Record<'cookie' | 'bearer' | 'path', Carry>> = {
  cookie: (asked, token) => withHeader(asked, 'cookie', `other=1; box-access=${token}; more=2`),
  bearer: (asked, token) => withHeader(asked, 'authorization', `Bearer ${token}`),
  path: (asked, token) => ({ ...asked, path: `/t/${token}${asked.path}` }),
}

/** A box in this process, and what it takes to come in. */
export class DoorBed {
  readonly box: TestBox
  readonly filesDir: string

  private constructor(box: TestBox, filesDir: string) {
    this.box = box
    this.filesDir = filesDir
  }

  static async start(env: Record<string, string> = {}): Promise<DoorBed> {
    const filesDir = await mkdtemp(join(tmpdir(), 'door-'))
    return new DoorBed(await startBox({ BOX_FILES_DIR: filesDir, ...env }), filesDir)
  }

  /** Another box on the same folder. */
  async restart(env: Record<string, string>): Promise<DoorBed> {
    await this.box.stop()
    return new DoorBed(await startBox({ BOX_FILES_DIR: this.filesDir, ...env }), this.filesDir)
  }

  async stop(): Promise<void> {
    await this.box.stop()
    await rm(this.filesDir, { recursive: true })
  }

  ask(asked: Probe, headers: Readonly<Record<string, string>> = {}): Promise<ProbeAnswer> {
    return probe(this.box.port, { ...asked, headers: { ...asked.headers, ...headers } })
  }

  /** A token with the role admin, as programs on the machine of the box make it. */
  async adminToken(lifeMs = HOUR_MS): Promise<string> {
    const key = await readKey(join(this.filesDir, 'access'))
    if (!key) throw new Error('the box has no key')
    return (await signAdminToken(key, 'a test', Date.now() + lifeMs)).token
  }

  /** Makes an invite; resolves with what the API says of it, and its token. */
  async invite(
    order: object = {},
  ): Promise<Invite & { readonly url: string; readonly token: string }> {
    const body = JSON.stringify({ hours: 1, ...order })
    const { body: text } = await this.api('POST', '', body)
    const made = JSON.parse(text)
    return { ...made, token: made.url?.split('/').at(-1) }
  }

  /** Asks at the dashboard's origin. */
  askAdmin(asked: Probe, headers: Readonly<Record<string, string>> = {}): Promise<ProbeAnswer> {
    return probe(this.box.adminPort, { ...asked, headers: { ...asked.headers, ...headers } })
  }

  async api(method: string, path: string, body?: string): Promise<ProbeAnswer> {
    const headers = {
      authorization: `Bearer ${await this.adminToken()}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    return this.askAdmin({
      method,
      path: `/api/v1/invites${path}`,
      headers,
      ...(body !== undefined && { body }),
    })
  }

  /** Log lines of an event. */
  logged(event: string): ReadonlyArray<Record<string, unknown>> {
    return this.box.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line.event === event)
  }
}

/** What everybody gets at `…/healthz`, whatever comes before it. */
export function isHealth({ status, headers }: ProbeAnswer): boolean {
  return status === 200 && headers['content-length'] === '2'
}

/** The path of a file of an app, for bytes that have no other. */
export function dataPath(appId: string, persistentId: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('base64url')
  return `/files/apps/${appId}/${persistentId}/data/${hash}`
}

function withHeader(asked: Probe, name: string, value: string): Probe {
  return { ...asked, headers: { ...asked.headers, [name]: value } }
}

function encodeLetters(path: string): string {
  return path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
}
