import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commitCountIn } from '../db/commit-count.ts'
import { messagesIn } from '../db/messages.ts'
import { MIGRATIONS } from '../db/migrations.ts'
import { sessionsIn } from '../db/sessions.ts'
import { checksumSeed, encodeRecord } from '../journal/commit-record.ts'
import { newMessages, runAt, stateAt } from '../journal/sample-records.ts'
import { type BackupOptions, writeBackup } from './backup.ts'
import { lockBox } from './box-folder.ts'
import type { Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { makeSampleBox, SAMPLE_FILES } from './sample-box.ts'

let top: string
let dir: string
beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'backup-'))
  dir = join(top, 'box')
  await makeSampleBox(dir)
})
afterEach(() => rmSync(top, { recursive: true }))

/** Takes everything; tests may say what becomes of a chunk. */
class Sink extends Writable {
  readonly chunks: Buffer[] = []
  readonly #take: (done: (error?: Error) => void) => void

  constructor(take: (done: (error?: Error) => void) => void = (done) => done()) {
    super()
    this.#take = take
  }

  override _write(chunk: Buffer, _encoding: unknown, done: (error?: Error) => void): void {
    this.chunks.push(chunk)
    this.#take(done)
  }

  get bytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }
}

async function back(output: Sink, options: Partial<BackupOptions> = {}) {
  return writeBackup({
    filesDir: dir,
    output,
    programVersion: '1.2.3',
    wallTime: () => Date.UTC(2030, 0, 2),
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })
}

/** What the system's own tar makes of it. */
function unpack({ chunks }: Sink): { into: string; names: string[]; manifest: Manifest } {
  const [file, into] = [join(top, 'out.tar'), join(top, 'unpacked')]
  writeFileSync(file, Buffer.concat(chunks))
  mkdirSync(into)
  execFileSync('tar', ['xf', file, '-C', into])
  const names = execFileSync('tar', ['tf', file], { encoding: 'utf8' }).trim().split('\n')
  return { into, names, manifest: JSON.parse(readFileSync(join(into, 'manifest.json'), 'utf8')) }
}

function edit(sql: string): void {
  const db = new Sqlite(join(dir, 'box.sqlite'))
  db.exec(sql)
  db.close()
}

/** A database that is copied in many steps. */
function makeLarge(): void {
  edit(`INSERT INTO messages (session, first, count, text) VALUES (9, 1, 1, hex(zeroblob(8e6)))`)
}

const copies = () => readdirSync(dir).filter((name) => name.startsWith('backup-'))

it('writes a tar of the database, the files and a manifest that any tar program reads', async () => {
  const output = new Sink()
  const summary = await back(output)
  const { into, names, manifest } = unpack(output)
  const paths = Object.keys(SAMPLE_FILES)
  expect(names).toEqual(['box.sqlite', ...paths.map((path) => `uploads/${path}`), 'manifest.json'])
  for (const [path, text] of Object.entries(SAMPLE_FILES)) {
    expect(readFileSync(join(into, 'uploads', path), 'utf8')).toBe(text)
  }
  const db = new Sqlite(join(into, 'box.sqlite'), { readonly: true })
  const countOf = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  expect([countOf('sessions'), countOf('files')]).toEqual([1, 3])
  db.close()
  expect(manifest).toMatchObject({
    format: 3,
    createdAt: '2030-01-02T00:00:00.000Z',
    programVersion: '1.2.3',
    schemaVersion: MIGRATIONS.length,
    missing: [],
  })
  expect(summary).toEqual({
    sessions: 1,
    files: 3,
    apps: 0,
    missing: 0,
    bytes: manifest.database.bytes + 14,
  })
})

it.each([
  ['access', ['key', 'admin.json', 'invites.json', 'tokens.json']],
  ['ca', ['authority.pem', 'hosts.json']],
] as const)(
  'has of %s what counts, and neither what was set aside there nor who is logged in',
  async (folder, kept) => {
    mkdirSync(join(dir, folder))
    for (const name of [...kept, `${kept[0]}.damaged-x`, `${kept[0]}.replaced-x`, 'logins.json']) {
      writeFileSync(join(dir, folder, name), `text of ${name}`)
    }
    const output = new Sink()
    await back(output)
    const { into, names, manifest } = unpack(output)
    const expected = kept.map((name) => `${folder}/${name}`)
    expect(names.filter((name) => name.startsWith(`${folder}/`))).toEqual(expected)
    for (const name of kept) {
      expect(readFileSync(join(into, folder, name), 'utf8')).toBe(`text of ${name}`)
    }
    expect(manifest[folder]?.map(({ path }) => path)).toEqual(kept)
  },
)

it('has the apps, and leaves no copy of them behind', async () => {
  const release = {
    ...{ id: '20260131-235959-123', createdAt: '', by: '', files: 1, bytes: 4 },
    ...{ title: '', icon: '' },
  }
  const files = {
    [`apps/garden/releases/${release.id}/index.html`]: 'page',
    'apps/garden/app.json': JSON.stringify({ active: release.id, releases: [release] }),
  }
  mkdirSync(join(dir, 'apps/garden/releases', release.id), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  mkdirSync(join(dir, `backup-${crypto.randomUUID()}.apps/left`), { recursive: true })
  const output = new Sink()
  const { apps, bytes } = await back(output)
  const { into, names, manifest } = unpack(output)
  expect(apps).toBe(1)
  expect(bytes).toBe(manifest.database.bytes + 14 + Object.values(files).join('').length)
  expect(names.filter((name) => name.startsWith('apps/'))).toEqual(Object.keys(files))
  for (const [name, text] of Object.entries(files)) {
    expect(readFileSync(join(into, name), 'utf8')).toBe(text)
  }
  expect(copies()).toEqual([])
})

it('has what a box that ended suddenly left in its commit log alone', async () => {
  const live = new Sqlite(join(dir, 'box.sqlite'))
  const { id, commits } = commitCountIn(live).read()
  live.close()
  const entries = [{ sessionId: 'late', messages: newMessages(1, 2), state: stateAt(2) }]
  const record = encodeRecord(checksumSeed(id), { number: commits + 1, entries })
  writeFileSync(join(dir, 'box.commits-b'), Buffer.concat([...record]))
  const output = new Sink()
  expect(await back(output)).toMatchObject({ sessions: 2 })
  const db = new Sqlite(join(unpack(output).into, 'box.sqlite'), { readonly: true })
  const key = sessionsIn(db).find('late')?.key ?? 0
  expect([...messagesIn(db).after(key, 0)]).toEqual([runAt(1, 2)])
  db.close()
})

it('names bytes and SHA-256 of everything', async () => {
  const output = new Sink()
  await back(output)
  const { into, manifest } = unpack(output)
  const lines = [
    `${manifest.database.sha256}  box.sqlite`,
    ...manifest.files.map(({ path, sha256 }) => `${sha256}  uploads/${path}`),
  ]
  execFileSync('sha256sum', ['--check', '--strict', '--quiet'], {
    cwd: into,
    input: `${lines.join('\n')}\n`,
  })
  expect(manifest.files.map(({ path, bytes }) => [path, bytes])).toEqual(
    Object.entries(SAMPLE_FILES).map(([path, text]) => [path, text.length]),
  )
})

it('leaves out what is gone, or not below the uploads, and says so', async () => {
  const [gone = ''] = Object.keys(SAMPLE_FILES)
  rmSync(join(dir, 'uploads', gone))
  writeFileSync(join(dir, 'secret'), '')
  edit("INSERT INTO files VALUES ('../secret', 0, 1)")
  const output = new Sink()
  expect(await back(output)).toMatchObject({ files: 2, missing: 2 })
  expect(unpack(output).manifest.missing).toEqual(['../secret', gone])
})

it('leaves out files that the database does not list', async () => {
  const [path = ''] = Object.keys(SAMPLE_FILES)
  edit(`DELETE FROM files WHERE path = '${path}'`)
  const output = new Sink()
  expect(await back(output)).toMatchObject({ files: 2, missing: 0 })
})

it('is of one moment and never starts over though another process commits all the time', async () => {
  makeLarge()
  const program = `
    const db = new (require('better-sqlite3'))(process.argv[1], { timeout: 5000 })
    const add = db.prepare("INSERT INTO messages (session, first, count, text) VALUES (1, ?, 1, '[]')")
    const advance = db.prepare('UPDATE sessions SET position = ? WHERE id = 1')
    const commit = db.transaction((position) => { add.run(position); advance.run(position) })
    let position = 0
    const run = () => { for (let i = 0; i < 20; i++) commit(++position); setImmediate(run) }
    run()
    console.log('begun')`
  const writer = spawn(process.execPath, ['-e', program, join(dir, 'box.sqlite')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(writer.stdout, 'data')
    const output = new Sink()
    const steps: number[] = []
    await back(output, {
      onProgress: ({ step, doneBytes }) => {
        if (step === 'copying the database') steps.push(doneBytes)
      },
    })
    expect(steps.length).toBeGreaterThan(10)
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    expect(writer.exitCode).toBeNull()
    const db = new Sqlite(join(unpack(output).into, 'box.sqlite'), { readonly: true })
    const counts = db.prepare(`SELECT position, (SELECT count(*) FROM messages WHERE session = 1) AS
      messages FROM sessions WHERE id = 1`)
    const { position, messages } = counts.get() as { position: number; messages: number }
    expect(position).toBeGreaterThan(0)
    expect(messages).toBe(position)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
    const live = new Sqlite(join(dir, 'box.sqlite'), { readonly: true })
    expect(live.prepare('SELECT position FROM sessions').pluck().get()).toBeGreaterThan(position)
    live.close()
  } finally {
    writer.kill('SIGKILL')
    await once(writer, 'close')
  }
})

it('reads no faster than its output takes', async () => {
  makeLarge()
  let doneBytes = 0
  let ahead = 0
  const output = new Sink((done) => {
    ahead = Math.max(ahead, doneBytes - output.bytes)
    setImmediate(done)
  })
  await back(output, {
    onProgress: (progress) => {
      if (progress.step === 'writing the backup') doneBytes = progress.doneBytes
    },
  })
  expect(output.bytes).toBeGreaterThan(16e6)
  expect(ahead).toBeLessThan(1e6)
})

it('tells how far it is', async () => {
  const seen: Progress[] = []
  makeLarge()
  const { bytes } = await back(new Sink(), { onProgress: (progress) => seen.push(progress) })
  expect(seen[0]).toMatchObject({ step: 'copying the database', doneBytes: 0 })
  expect(seen.at(-1)).toEqual({
    step: 'writing the backup',
    doneBytes: bytes,
    totalBytes: bytes,
  })
})

it.each(['copying the database', 'writing the backup'])(
  'leaves nothing behind when stopped while %s',
  async (step) => {
    makeLarge()
    const abort = new AbortController()
    const output = new Sink()
    const backup = back(output, {
      signal: abort.signal,
      onProgress: (progress) => {
        if (progress.step === step && progress.doneBytes > 0) abort.abort()
      },
    })
    await expect(backup).rejects.toThrow('it was stopped before it was done')
    expect(copies()).toEqual([])
    await back(new Sink())
  },
)

it.each([
  ['ENOSPC', 'the disk is full: make room'],
  ['EPIPE', 'whoever took the backup is gone'],
  ['EIO', 'EIO'],
])('says why its output fails: %s', async (code, message) => {
  makeLarge()
  const output = new Sink((done) =>
    done(output.bytes > 1e6 ? Object.assign(new Error(code), { code }) : undefined),
  )
  await expect(back(output)).rejects.toThrow(message)
  expect(copies()).toEqual([])
})

it('removes what a killed backup left', async () => {
  const left = `backup-${crypto.randomUUID()}.sqlite`
  for (const name of [left, `${left}-journal`, 'backup-mine.sqlite']) {
    writeFileSync(join(dir, name), '')
  }
  await back(new Sink())
  expect(copies()).toEqual(['backup-mine.sqlite'])
})

it('refuses a second backup of the same box meanwhile', async () => {
  const first = back(new Sink())
  await expect(back(new Sink())).rejects.toThrow('another backup or restore is at work')
  await first
})

it('works beside a box, but not where a reader would hold it up', async () => {
  const unlock = lockBox(dir)
  await back(new Sink())
  edit('PRAGMA journal_mode = DELETE')
  await expect(back(new Sink())).rejects.toThrow('needs the box to be stopped')
  unlock()
  await back(new Sink())
})

it('refuses a folder without a database', async () => {
  await expect(back(new Sink(), { filesDir: top })).rejects.toThrow("there is no box's database in")
  expect(readdirSync(top)).toEqual(['box'])
})

it('refuses the database of a newer box', async () => {
  edit(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
  await expect(back(new Sink())).rejects.toThrow('use the version of the program that the box runs')
})
