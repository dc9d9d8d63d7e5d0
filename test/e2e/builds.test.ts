import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startBox, type TestBox } from '../support/start-box.ts'
import { eventually } from './app-handle.ts'
import { Visitors } from './visitors.ts'

const BUILDS_DIR = join(import.meta.dirname, 'builds')
const NAMES = ['vite', 'webpack', 'parcel', 'esbuild', 'next']

let webDir: string
let box: TestBox
let visitors: Visitors

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'web-'))
  for (const name of NAMES) {
    const app = join(webDir, 'apps', name)
    await mkdir(app, { recursive: true })
    execFileSync('tar', ['xzf', join(BUILDS_DIR, `${name}.tar.gz`), '-C', app])
  }
  box = await startBox({ BOX_WEB_DIR: webDir })
  // No other host is to be had.
  visitors = await Visitors.launch('*')
})

afterEach(() => visitors.leave())

afterAll(async () => {
  await visitors?.close()
  await box?.stop()
  await rm(webDir, { recursive: true })
})

test('each build that is there is tried', async () => {
  const archives = (await readdir(BUILDS_DIR)).filter((name) => name.endsWith('.tar.gz'))
  expect(archives.toSorted()).toEqual(NAMES.map((name) => `${name}.tar.gz`).toSorted())
})

test.each(NAMES)('in what %s made for the cloud, two people meet', async (name) => {
  const [ada, bob] = await Promise.all(
    [box.url, `http://localhost:${box.port}`].map((url) => visitors.open(`${url}/apps/${name}/`)),
  )
  if (!ada || !bob) throw new Error('nobody came')
  for (const { page } of [ada, bob])
    await page.waitForSelector('[data-count="0"]', { state: 'attached' })
  await ada.page.mouse.click(300, 300)
  await eventually(() => bob.page.getAttribute('body', 'data-count')).toBe('1')
  expect(ada.page.url()).toBe(`${box.url}/apps/${name}/`)
  const asked = [ada, bob].flatMap(({ requests }) => requests)
  const elsewhere = asked.filter((url) => /^http/.test(url) && new URL(url).port !== `${box.port}`)
  expect([elsewhere, ada.errors, bob.errors]).toEqual([[], [], []])
})
