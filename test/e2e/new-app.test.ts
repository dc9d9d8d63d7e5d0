import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { adminToken } from '../support/app-api.ts'
import { findFreePorts } from '../support/nginx.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { Visitors } from './visitors.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const MODULES = join(ROOT, 'node_modules')
const LAN_NAME = 'laptop.local'

let top: string
let app: string
let box: TestBox
let visitors: Visitors
let dev: ChildProcess
let devPort: number
let errors: Array<readonly string[]> = []

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'new-app-'))
  app = join(top, 'garden')
  box = await startBox()
  visitors = await Visitors.launch(LAN_NAME)
  await node(join(ROOT, 'scripts/new-app.ts'), app, '--box', box.url)
  // What `npm install` would bring is here already, in the same versions.
  await linkModules()
  ;[devPort = 0] = await findFreePorts(1)
  const args = [tool('vite/bin/vite.js'), '--port', String(devPort), '--strictPort']
  dev = spawn(process.execPath, args, { cwd: app, stdio: ['ignore', 'pipe', 'ignore'] })
  // It says its address once it listens.
  await once(dev.stdout ?? dev, 'data')
})

afterEach(async () => {
  await visitors.leave()
  errors = []
})

afterAll(async () => {
  if (dev?.exitCode === null) {
    const ended = once(dev, 'exit')
    dev.kill()
    await ended
  }
  await visitors?.close()
  await box?.stop()
  await rm(top, { recursive: true })
})

test('a new app passes its own test, with two clients in Node', async () => {
  const { stdout } = await node(tool('vitest/vitest.mjs'), 'run')
  expect(stdout).toContain('1 passed')
})

test('a new app is developed by localhost and by a name of the network', async () => {
  const ada = await open(devUrl('localhost'))
  const bob = await open(devUrl(LAN_NAME))
  await meet(ada, bob)
  expect(errors.flat()).toEqual([])
})

test('pages of other sites do not reach the box through it', async () => {
  const ask = (headers: Readonly<Record<string, string>>) =>
    fetch(`${devUrl('localhost')}files/none`, { method: 'PUT', body: 'x', headers })
  const own = { origin: `http://localhost:${devPort}` }
  expect((await ask(own)).status).not.toBe(403)
  expect((await ask({ origin: 'http://evil.example' })).status).toBe(403)
  // A name that was made to lead here (DNS rebinding).
  const headers = { host: `evil.example:${devPort}` }
  const asked = request(`${devUrl('localhost')}lib/`, { headers }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  expect(answer.statusCode).toBe(403)
})

test('a new app is built, deployed, and meets', async () => {
  await node(tool('typescript/bin/tsc'))
  await node(tool('vite/bin/vite.js'), 'build')
  const { stdout } = await node('deploy.js')
  expect(stdout).toContain(`garden is on the box: ${box.url}/apps/garden/`)
  const ada = await open(`${box.url}/apps/garden/`)
  const bob = await open(`http://${LAN_NAME}:${box.port}/apps/garden/`)
  await meet(ada, bob)
  expect(errors.flat()).toEqual([])
})

test('what the box refuses is said in its words', async () => {
  const env = { BOX_ADMIN_TOKEN: 'none' }
  const refused = await run(process.execPath, ['deploy.js'], {
    ...{ cwd: app, env: { ...process.env, ...env } },
  }).catch((error: { stderr: string }) => error)
  expect(refused.stderr).toMatch(/^That did not work: .*token/)
})

const devUrl = (host: string) => `http://${host}:${devPort}/`
const tool = (path: string) => join(app, 'node_modules', path)

async function node(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, BOX_ADMIN_TOKEN: await adminToken(box.filesDir) }
  return run(process.execPath, [...args], {
    cwd: args[0]?.endsWith('new-app.ts') ? top : app,
    env,
  })
}

/** Each package by itself: what tools keep beside the packages is the app's own. */
async function linkModules(): Promise<void> {
  await mkdir(join(app, 'node_modules'))
  for (const name of await readdir(MODULES)) {
    if (!name.startsWith('.')) await symlink(join(MODULES, name), join(app, 'node_modules', name))
  }
}

async function open(url: string): Promise<Page> {
  const watched = await visitors.open(url)
  errors.push(watched.errors)
  return watched.page
}

const shown = (page: Page) => page.textContent('button')

async function meet(ada: Page, bob: Page): Promise<void> {
  for (const page of [ada, bob]) await eventually(() => shown(page)).toMatch(/^\d+$/)
  const before = Number(await shown(ada))
  await ada.click('button')
  await eventually(() => shown(bob)).toBe(String(before + 1))
  await bob.click('button')
  await eventually(() => shown(ada)).toBe(String(before + 2))
}
