import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppApi, adminToken } from '../support/app-api.ts'
import { rawZipOf, zipOf } from '../support/archives.ts'
import { BoxProcess } from '../support/box-process.ts'
import { SmallDisk } from './faults.ts'

/** So many files that it takes a while to unpack and to sync them. */
const FILES = 800
/** When the box is killed, after unpacking began (ms). */
const MOMENTS = [0, 60, 180]

let dir: string
let started: BoxProcess[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'deploys-'))
  started = []
})
afterEach(async () => {
  for (const box of started) {
    box.kill('SIGKILL')
    await box.exit
  }
  await rm(dir, { recursive: true })
})

async function start(filesDir = dir): Promise<{ box: BoxProcess; adminUrl: string; api: AppApi }> {
  const box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: filesDir })
  started.push(box)
  const adminUrl = await box.adminUrl()
  // The apps are there when requests are answered.
  await fetch(`${adminUrl}/healthz`)
  return { box, adminUrl, api: await AppApi.of(adminUrl, filesDir) }
}

/** What is on the disk of the only app: its list of releases, the page that visitors get, all files by release. */
async function look(filesDir = dir) {
  const appsDir = join(filesDir, 'apps')
  const names = await readdir(appsDir, { recursive: true, withFileTypes: true })
  const paths = names
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(appsDir.length + 1))
  const record = JSON.parse(await readFile(join(appsDir, 'garden/app.json'), 'utf8')) as {
    readonly active: string
    readonly releases: ReadonlyArray<{ readonly id: string; readonly files: number }>
  }
  const release = join(appsDir, 'garden/releases', record.active)
  return { ...record, page: await readFile(join(release, 'index.html'), 'utf8'), paths }
}

/** All that the list names is there, and nothing else. */
async function expectWhole(): Promise<string> {
  const { releases, paths, page } = await look()
  for (const { id, files } of releases) {
    const prefix = `garden/releases/${id}/`
    expect(paths.filter((path) => path.startsWith(prefix))).toHaveLength(files)
  }
  expect(paths).toHaveLength(releases.reduce((sum, { files }) => sum + files, 1))
  return page
}

async function untilIncoming(path: RegExp): Promise<void> {
  const read = () => readdir(join(dir, 'apps/.incoming'), { recursive: true })
  await expect.poll(read, { interval: 2 }).toContainEqual(expect.stringMatching(path))
}

test('a box that is killed in the middle of an upload has the old release, and nothing of the new one', async () => {
  const { box, adminUrl, api } = await start()
  expect((await api.deploy('garden', await zipOf({ 'index.html': 'old' }))).status).toBe(201)
  const head = `--x\r\ncontent-disposition: form-data; name="index.html"; filename="a"\r\n\r\nnew`
  const sent = fetch(`${adminUrl}/api/v1/apps/garden`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await adminToken(dir)}`,
      'content-type': 'multipart/form-data; boundary=x',
    },
    // It never ends.
    body: new ReadableStream({ start: (control) => control.enqueue(Buffer.from(head)) }),
    duplex: 'half',
  } as RequestInit).catch(() => 'cut off')
  await untilIncoming(/\/form\/index\.html$/)
  box.kill('SIGKILL')
  expect(await sent).toBe('cut off')
  await start()
  expect(await expectWhole()).toBe('old')
  expect((await look()).releases).toHaveLength(1)
})

test('a box that is killed while it unpacks has the old release or the new one, whole', async () => {
  let { box, api } = await start()
  await api.deploy('garden', await zipOf({ 'index.html': 'old' }))
  let page = 'old'
  for (const ms of MOMENTS) {
    const next = `new, after ${ms} ms`
    const files = Array.from({ length: FILES }, (_, i) => [`js/${i}.js`, randomBytes(500)] as const)
    const zip = await zipOf({ 'index.html': next, ...Object.fromEntries(files) })
    const answer = api.deploy('garden', zip).then(
      ({ status }) => status,
      () => 'cut off',
    )
    await untilIncoming(/\/unpacked$/)
    await delay(ms)
    box.kill('SIGKILL')
    const status = await answer
    const again = await start()
    ;({ box, api } = again)
    const found = await expectWhole()
    expect(status === 201 ? [next] : [page, next]).toContain(found)
    page = found
  }
  expect((await api.deploy('garden', await zipOf({ 'index.html': 'last' }))).status).toBe(201)
  expect(await expectWhole()).toBe('last')
})

test('a full disk is told, and leaves the old release and nothing of the new one', async ({
  skip,
}) => {
  const disk = await SmallDisk.mount(110).catch((error: Error) => error.message)
  if (typeof disk === 'string') return skip(disk)
  try {
    const { box, api } = await start(disk.dir)
    await api.deploy('garden', await zipOf({ 'index.html': 'old' }))
    const before = await look(disk.dir)
    const large = { name: 'large', body: Buffer.alloc(80_000_000), isDeflated: true }
    const zip = rawZipOf([{ name: 'index.html', body: 'new' }, large])
    for (const round of ['while it is unpacked', 'at once']) {
      const response = await api.deploy('garden', zip)
      expect(response.status, round).toBe(507)
      const { detail } = (await response.json()) as { detail: string }
      expect(detail).toContain('its owner has to make room')
      expect(await look(disk.dir)).toEqual(before)
      await disk.fill()
    }
    box.kill('SIGKILL')
    await box.exit
  } finally {
    await disk.unmount()
  }
})
