import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { MIGRATIONS } from '../db/migrations.ts'
import { lockBackups, lockBox } from './box-folder.ts'
import type { Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { type RestoreOptions, restoreBackup } from './restore.ts'
import { makeSampleBox, SAMPLE_FILES, type SampleEntry, tarOf } from './sample-box.ts'

const WALL_TIME = Date.UTC(2030, 0, 2, 3, 4, 5)
const OLD_FILE = `snapshots/${'o'.repeat(43)}/0000000001_0-${'o'.repeat(43)}.snap`

let source: string
let top: string
let dir: string
let database: Buffer
beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'source-'))
  await makeSampleBox(source)
})
afterAll(() => rmSync(source, { recursive: true }))
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'restore-'))
  dir = join(top, 'box')
  database = readFileSync(join(source, 'box.sqlite'))
})
afterEach(() => rmSync(top, { recursive: true }))

function restore(tar: Buffer, options: Partial<RestoreOptions> = {}) {
  // In pieces of odd length, as a network gives them.
  const pieces = Array.from({ length: Math.ceil(tar.length / 9999) }, (_, i) =>
    tar.subarray(i * 9999, (i + 1) * 9999),
  )
  return restoreBackup({
    filesDir: dir,
    input: Readable.from(pieces),
    inputBytes: tar.length,
    isForced: false,
    wallTime: () => WALL_TIME,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })
}

const checksum = (body: string | Buffer) => ({
  bytes: body.length,
  sha256: createHash('sha256').update(body).digest('hex'),
})

function manifest(changes: Partial<Manifest> = {}): SampleEntry {
  const files = Object.entries(SAMPLE_FILES).map(([path, text]) => ({ path, ...checksum(text) }))
  const whole: Manifest = {
    format: 1,
    createdAt: '2029-01-01T00:00:00.000Z',
    programVersion: '9.9.9',
    schemaVersion: MIGRATIONS.length,
    database: checksum(database),
    files,
    missing: [],
    ...changes,
  }
  return { name: 'manifest.json', body: JSON.stringify(whole) }
}

const databaseEntry = (): SampleEntry => ({ name: 'box.sqlite', body: database })
const fileEntries = Object.entries(SAMPLE_FILES).map(([path, body]) => ({
  name: `uploads/${path}`,
  body,
}))
const goodTar = () => tarOf([databaseEntry(), ...fileEntries, manifest()])

const OLD_NAMES = [
  'box.sqlite',
  'box.sqlite-wal',
  'box.sqlite-shm',
  'box.watermark',
  `uploads/${OLD_FILE}`,
]

/** A box's folder, as far as a restore looks at it. */
function makeOldBox(names: readonly string[] = OLD_NAMES): void {
  for (const name of names) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), `old ${name}`)
  }
}

function contents(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  )
}

function expectRestored(): void {
  for (const [name, text] of Object.entries(contents(source))) {
    expect(readFileSync(join(dir, name), 'latin1') === text, name).toBe(true)
  }
}

it('restores database and files into an empty folder, or one that is not there', async () => {
  const expected = {
    sessions: 1,
    files: 3,
    apps: 0,
    missing: 0,
    bytes: database.length + 14,
    createdAt: '2029-01-01T00:00:00.000Z',
    oldDataDir: undefined,
  }
  expect(await restore(await goodTar())).toEqual(expected)
  expectRestored()
  rmSync(dir, { recursive: true })
  mkdirSync(join(dir, 'uploads', 'snapshots'), { recursive: true })
  writeFileSync(join(dir, 'box.watermark'), 'old')
  expect(await restore(await goodTar())).toEqual(expected)
  expectRestored()
  expect(readdirSync(dir).sort()).toEqual(['backup.lock', 'box.lock', 'box.sqlite', 'uploads'])
})

it('restores a box that has no files', async () => {
  await restore(await tarOf([databaseEntry(), manifest({ files: [], missing: ['gone'] })]))
  expect(readdirSync(join(dir, 'uploads'))).toEqual([])
})

it('moves what was there aside if told to', async () => {
  makeOldBox()
  const old = contents(dir)
  const { oldDataDir } = await restore(await goodTar(), { isForced: true })
  expect(oldDataDir).toBe(join(dir, 'before-restore-2030-01-02T03-04-05-000Z'))
  expect(contents(oldDataDir ?? '')).toEqual(old)
  expectRestored()
  expect(existsSync(join(dir, 'box.watermark'))).toBe(false)
  expect(existsSync(join(dir, 'box.sqlite-wal'))).toBe(false)
})

it.each([
  ['access', { key: 'k'.repeat(32), 'invites.json': '{}' }],
  ['ca', { 'authority.pem': 'a certificate and its key', 'hosts.json': '[]' }],
] as const)('brings back %s, for its owner alone', async (folder, texts) => {
  const old = Object.keys(texts).map((name) => `${folder}/${name}`)
  makeOldBox([...OLD_NAMES, ...old])
  const files = Object.entries(texts).map(([path, text]) => ({ path, ...checksum(text) }))
  const entries = Object.entries(texts).map(([name, body]) => ({ name: `${folder}/${name}`, body }))
  const tar = await tarOf([
    ...[databaseEntry(), ...fileEntries, ...entries],
    manifest({ format: 3, [folder]: files }),
  ])
  const { oldDataDir = '' } = await restore(tar, { isForced: true })
  expect(contents(join(dir, folder))).toEqual(texts)
  for (const name of Object.keys(texts)) {
    expect(contents(join(oldDataDir, folder))).toMatchObject({ [name]: `old ${folder}/${name}` })
    expect(statSync(join(dir, folder, name)).mode & 0o777).toBe(0o600)
  }
  expect(statSync(join(dir, folder)).mode & 0o777).toBe(0o700)
})

it('leaves alone what the box knows for itself if the backup has nothing of it', async () => {
  makeOldBox([...OLD_NAMES, 'access/key', 'ca/authority.pem'])
  await restore(await goodTar(), { isForced: true })
  expect(contents(join(dir, 'access'))).toEqual({ key: 'old access/key' })
  expect(contents(join(dir, 'ca'))).toEqual({ 'authority.pem': 'old ca/authority.pem' })
})

const RELEASE = 'apps/garden/releases/20260131-235959-123'
const APP_FILES = { 'apps/garden/app.json': '{}', [`${RELEASE}/js/main.js`]: 'main' }
const appFiles = Object.entries(APP_FILES).map(([path, text]) => ({
  path: path.slice('apps/'.length),
  ...checksum(text),
}))
const appEntries = Object.entries(APP_FILES).map(([name, body]) => ({ name, body }))

it('brings back the apps, in place of those that were there', async () => {
  makeOldBox([...OLD_NAMES, 'apps/old/app.json'])
  const tar = await tarOf([
    ...[databaseEntry(), ...fileEntries, ...appEntries],
    manifest({ format: 3, apps: appFiles }),
  ])
  const { apps, oldDataDir = '' } = await restore(tar, { isForced: true })
  expect(apps).toBe(1)
  expect(contents(dir)).toMatchObject(APP_FILES)
  expect(readdirSync(join(dir, 'apps'))).toEqual(['garden'])
  expect(readdirSync(join(oldDataDir, 'apps'))).toEqual(['old'])
})

it('leaves the apps alone if the backup is from a time without, and none if it had none', async () => {
  makeOldBox([...OLD_NAMES, 'apps/old/app.json'])
  await restore(await goodTar(), { isForced: true })
  expect(readdirSync(join(dir, 'apps'))).toEqual(['old'])
  const tar = await tarOf([databaseEntry(), ...fileEntries, manifest({ format: 3, apps: [] })])
  const wallTime = () => WALL_TIME + 1000
  await restore(tar, { isForced: true, wallTime })
  expect(readdirSync(join(dir, 'apps'))).toEqual([])
})

it('tells how much it has read', async () => {
  const seen: Progress[] = []
  const tar = await goodTar()
  await restore(tar, { onProgress: (progress) => seen.push(progress) })
  expect(seen.at(-1)).toEqual({
    step: 'reading the backup',
    doneBytes: tar.length,
    totalBytes: tar.length,
  })
})

it('removes what a killed restore left', async () => {
  const left = join(dir, `restore-${crypto.randomUUID()}`)
  mkdirSync(join(left, 'uploads'), { recursive: true })
  mkdirSync(join(dir, 'restore-mine'))
  await restore(await goodTar())
  expect(existsSync(left)).toBe(false)
  expect(existsSync(join(dir, 'restore-mine'))).toBe(true)
})

it.each([
  ['a database', 'box.sqlite'],
  ['an upload', `uploads/${OLD_FILE}`],
])('refuses a folder that holds %s', async (_what, name) => {
  makeOldBox([name])
  const old = contents(dir)
  await expect(restore(await goodTar())).rejects.toThrow('with --force they are moved aside')
  expect(contents(dir)).toEqual(old)
})

it('refuses while a box, a backup or a restore is at work there', async () => {
  mkdirSync(dir)
  for (const [lock, message] of [
    [lockBox, 'is locked'],
    [lockBackups, 'another backup or restore is at work'],
  ] as const) {
    const unlock = lock(dir)
    await expect(restore(await goodTar(), { isForced: true })).rejects.toThrow(message)
    unlock()
  }
  const tars = [await goodTar(), await goodTar()]
  const results = await Promise.allSettled(tars.map((tar) => restore(tar)))
  const refused = results.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  expect(refused.map(({ message }) => message)).toEqual([
    expect.stringContaining('another backup or restore is at work'),
  ])
})

const flipped = (text: string) => `${text.slice(0, -1)}!`
const NO_FILES = { files: [] }
const [firstFile, ...otherFiles] = fileEntries as [SampleEntry, ...SampleEntry[]]

/** What is wrong, how it is said, the entries of the tar. */
const BAD_TARS: ReadonlyArray<readonly [string, string, () => SampleEntry[]]> = [
  ['nothing in it', 'it has no manifest.json', () => []],
  ['no manifest', 'it has no manifest.json', () => [databaseEntry(), ...fileEntries]],
  ['no database', 'box.sqlite is missing from the backup', () => [...fileEntries, manifest()]],
  [
    'a missing file',
    'is missing from the backup',
    () => [databaseEntry(), ...otherFiles, manifest()],
  ],
  [
    'a file not named',
    'not in its manifest',
    () => [databaseEntry(), ...fileEntries, manifest(NO_FILES)],
  ],
  [
    'a changed file',
    'is damaged in the backup',
    () => [
      databaseEntry(),
      ...fileEntries.map(({ name, body }) => ({ name, body: body && flipped(body) })),
      manifest(),
    ],
  ],
  [
    'a changed database',
    'box.sqlite is damaged in the backup',
    () => [{ name: 'box.sqlite', body: 'x' }, ...fileEntries, manifest()],
  ],
  [
    'a file twice',
    'is in it twice',
    () => [databaseEntry(), firstFile, ...fileEntries, manifest()],
  ],
  [
    'the database twice',
    'is in it twice',
    () => [databaseEntry(), databaseEntry(), ...fileEntries, manifest()],
  ],
  [
    'a file after the manifest',
    'follows the manifest',
    () => [databaseEntry(), manifest(NO_FILES), ...fileEntries],
  ],
  [
    'a file of an app that is missing',
    'app.json is missing from the backup',
    () => [databaseEntry(), ...fileEntries, manifest({ format: 3, apps: appFiles })],
  ],
  [
    'a newer format',
    'restore it with version 9.9.9 or newer',
    () => [databaseEntry(), ...fileEntries, manifest({ format: 4 })],
  ],
  [
    'a newer schema',
    'restore it with version 9.9.9 or newer',
    () => [databaseEntry(), ...fileEntries, manifest({ schemaVersion: MIGRATIONS.length + 1 })],
  ],
  [
    'another schema than it says',
    "the backup's database is damaged (schema",
    () => [databaseEntry(), ...fileEntries, manifest({ schemaVersion: 1 })],
  ],
  ...[
    'other.txt',
    '../box.sqlite',
    '/box.sqlite',
    './box.sqlite',
    'uploads/../box.sqlite',
    'uploads/apps/x',
    `uploads//${OLD_FILE}`,
    'box.sqlite-wal',
    'apps/garden/other',
    'apps/../box.sqlite',
    `${RELEASE}/../app.json`,
    '',
  ].map(
    (name) =>
      [
        `an entry named "${name}"`,
        'nothing that a backup of a box holds',
        () => [databaseEntry(), { name, body: 'x' }, manifest(NO_FILES)],
      ] as const,
  ),
  [
    'a link',
    'nothing that a backup of a box holds',
    () => [databaseEntry(), { name: `uploads/${OLD_FILE}`, type: 'symlink' }, manifest(NO_FILES)],
  ],
  [
    'a folder',
    'nothing that a backup of a box holds',
    () => [databaseEntry(), { name: `uploads/${OLD_FILE}`, type: 'directory' }, manifest(NO_FILES)],
  ],
]

/** Refused with this message, and everything as it was. */
async function expectRefused(tar: Buffer, message: string): Promise<void> {
  makeOldBox()
  const old = contents(dir)
  await expect(restore(tar, { isForced: true })).rejects.toThrow(message)
  expect(contents(dir)).toEqual(old)
  expect(readdirSync(dir).filter((name) => /restore/.test(name))).toEqual([])
}

it.each(BAD_TARS)('refuses a tar with %s, and touches nothing', async (_what, message, entries) => {
  await expectRefused(await tarOf(entries()), message)
})

it.each([1, 511, 5000, 60_000])(
  'refuses a tar cut off %i bytes before the end of the manifest',
  async (bytes) => {
    const tar = await goodTar()
    const end = tar.lastIndexOf('}') + 1
    await expectRefused(
      tar.subarray(0, end - bytes),
      'this is no backup, or a damaged or unfinished',
    )
  },
)

it('refuses what is no tar', async () => {
  await expectRefused(Buffer.alloc(4096, 'no tar '), 'this is no backup')
})

it('refuses a tar in which a size cannot be read', async () => {
  const tar = await goodTar()
  const header = tar.subarray(0, 512)
  // Neither octal nor one of the two ways to write a number in base 256.
  header.set([0xa8], 124)
  header.fill(' ', 148, 156)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  await expectRefused(tar, 'the size of box.sqlite cannot be read')
})

it('refuses a database that is damaged inside, or none', async () => {
  const db = new Sqlite(join(source, 'box.sqlite'))
  const page = Number(
    db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'sessions'").pluck().get(),
  )
  db.close()
  database.fill(0xff, (page - 1) * 4096, page * 4096)
  await expectRefused(await goodTar(), "the backup's database is damaged")
  rmSync(dir, { recursive: true })
  database = Buffer.alloc(8192, 'none')
  await expectRefused(await goodTar(), "the backup's database is damaged")
})

it('leaves all as it was when stopped, or when its input fails', async () => {
  makeOldBox()
  const old = contents(dir)
  const abort = new AbortController()
  const stopped = restore(await goodTar(), {
    isForced: true,
    signal: abort.signal,
    onProgress: () => abort.abort(),
  })
  await expect(stopped).rejects.toThrow('it was stopped before it was done')
  const input = new Readable({ read() {} })
  input.destroy(new Error('unplugged'))
  await expect(restore(Buffer.of(), { isForced: true, input })).rejects.toThrow('unplugged')
  expect(contents(dir)).toEqual(old)
})
