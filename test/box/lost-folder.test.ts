import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RawClient, randomSessionId } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

/** What happens to the folder is noticed, and told, within this (ms). */
const TOLD_TIMEOUT_MS = 20_000
const FILE = `files/snapshots/${'s'.repeat(43)}/0000000001_1-${'h'.repeat(43)}.snap`

let top: string
/** Where the files are, and where the box finds them. */
let source: string
let dir: string
let box: TestBox
let clients: RawClient[]

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'lost-'))
  source = join(top, 'source')
  dir = join(top, 'dir')
  mkdirSync(source)
  mkdirSync(dir)
  clients = []
})
afterEach(async () => {
  for (const client of clients) client.terminate()
  await box.stop()
  unmount()
  rmSync(top, { recursive: true })
})

async function start(): Promise<void> {
  box = await startBox({ BOX_FILES_DIR: dir, BOX_ACCESS: 'open' })
}

function mount(): string | undefined {
  try {
    execFileSync('mount', ['--bind', source, dir], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `nothing can be mounted here: ${(error as Error).message}`
  }
}

function unmount(): void {
  try {
    execFileSync('umount', ['--lazy', dir], { stdio: 'pipe' })
  } catch {
    // It is not mounted.
  }
}

async function joinAnother(): Promise<RawClient> {
  const client = newClient()
  await client.opened()
  await client.join()
  return client
}

function newClient(): RawClient {
  const client = new RawClient(box.url.replace('http', 'ws'), randomSessionId())
  clients.push(client)
  return client
}

async function missing(): Promise<string> {
  const answer = await fetch(`${box.url}/readyz`)
  const { ready, missing: what } = (await answer.json()) as { ready: boolean; missing: string[] }
  expect(answer.status).toBe(ready ? 200 : 503)
  return what.join()
}

const expectMissing = (text: string) =>
  expect.poll(missing, { timeout: TOLD_TIMEOUT_MS }).toContain(text)
const expectReady = () => expect.poll(missing, { timeout: TOLD_TIMEOUT_MS }).toBe('')

const said = (client: RawClient, text: string) =>
  client.next('RECV', (args) => args[2] === text, TOLD_TIMEOUT_MS)

test('[STORE6] a folder that is unmounted holds everything up until it is back', async ({
  skip,
}) => {
  const obstacle = mount()
  await start()
  if (obstacle !== undefined) return skip(obstacle)
  const client = await joinAnother()
  client.send('SEND', [0, 0, 'before'])
  await said(client, 'before')

  unmount()
  await expectMissing(`${join(dir, 'box.sqlite')} is gone`)
  expect(box.logLines.join('')).toContain('"event":"folder-amiss"')
  client.send('SEND', [0, 0, 'meanwhile'])
  await expect(newClient().opened()).rejects.toThrow('503')
  expect((await fetch(`${box.url}/${FILE}`, { method: 'PUT', body: 'x' })).status).toBe(503)
  expect((await fetch(`${box.url}/${FILE}`)).status).toBe(503)
  expect(readdirSync(dir)).toEqual([])
  await client.next('INFO', () => true, TOLD_TIMEOUT_MS)
  expect(client.argsOf('RECV').map((args) => args[2])).not.toContain('meanwhile')

  mount()
  await said(client, 'meanwhile')
  await expectReady()
  expect(box.logLines.join('')).toContain('"event":"folder-back"')
  await joinAnother()
})

test('[STORE6] so does a database that was replaced, and the box can be stopped', async () => {
  await start()
  await joinAnother()
  const path = join(dir, 'box.sqlite')
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
  await expectMissing(`${path} is not the one that the box opened`)
})

test('[STORE6] so do uploads that were moved away, until they are back', async () => {
  await start()
  const path = join(dir, 'uploads')
  renameSync(path, `${path}-away`)
  await expectMissing(`${path} is gone`)
  renameSync(`${path}-away`, path)
  await expectReady()
})
