import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { killingAt } from '../support/killed-at-step.ts'
import { PLAIN_ENV } from '../support/plain-env.ts'
import { type RawClient, RawClients, randomSessionId } from '../support/raw-client.ts'
import type { WireMessage } from '../support/wire.ts'

/** How long there is traffic before and after a backup (ms). */
const TRAFFIC_MS = 500
const SNAPSHOT_BYTES = 200_000
/** In the middle of what a restore moves, with the database aside. */
const KILLED_STEP = 8
/** More than pipes and the buffers at their ends hold. */
const LONG_BYTES = 10_000_000

const clients = new RawClients()
let top: string
let dir: string
let tar: string
let started: BoxProcess[]
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'backup-'))
  dir = join(top, 'box')
  tar = join(top, 'out.tar')
  started = []
})
afterEach(async () => {
  await clients.closeAll()
  for (const box of started) {
    box.kill('SIGKILL')
    await box.exit
  }
  await rm(top, { recursive: true })
})

async function start(filesDir = dir): Promise<{ box: BoxProcess; url: string }> {
  const box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: filesDir })
  started.push(box)
  return { box, url: await box.url() }
}

async function stop(box: BoxProcess): Promise<void> {
  await clients.closeAll()
  box.kill('SIGTERM')
  expect(await box.exit).toBe(0)
}

type Script = 'backup' | 'restore'

const fileOf = (script: Script) =>
  fileURLToPath(new URL(`../../scripts/${script}.ts`, import.meta.url))

function spawnScript(script: Script, args: readonly string[], filesDir = dir): ChildProcess {
  const file = fileOf(script)
  return spawn(process.execPath, [file, ...args], {
    env: { ...PLAIN_ENV, BOX_FILES_DIR: filesDir },
  })
}

/** Runs it to its end. */
async function run(
  script: Script,
  args: readonly string[],
  filesDir = dir,
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawnScript(script, args, filesDir)
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('a script has to have outputs')
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)])
  return { code, stdout: out, stderr: err }
}

/** A session in use: somebody sends all the time, takes snapshots, and hears everything. */
class Traffic {
  readonly sessionId: string
  /** bytes of each snapshot, by path */
  readonly snapshots = new Map<string, Buffer>()
  readonly #url: string
  readonly #client: RawClient
  #isOver = false
  #done: Promise<unknown> = Promise.resolve()
  timeline = ''

  private constructor(url: string, client: RawClient, sessionId: string) {
    this.#url = url
    this.#client = client
    this.sessionId = sessionId
  }

  static async begin(url: string): Promise<Traffic> {
    const sessionId = randomSessionId()
    const client = await clients.connect(`${url.replace('http', 'ws')}/reflector`, sessionId)
    const traffic = new Traffic(url, client, sessionId)
    traffic.timeline = (await client.join()).timeline
    traffic.#done = Promise.all([traffic.#send(), traffic.#takeSnapshots()])
    return traffic
  }

  /** All that was heard, by seq. */
  get heard(): ReadonlyMap<number, WireMessage> {
    return new Map(this.#client.argsOf('RECV').map((message) => [message[1], message]))
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#done
    await this.#client.ping()
  }

  async #send(): Promise<void> {
    for (let i = 0; !this.#isOver; i++) {
      this.#client.send('SEND', [0, 0, `${i} ${'x'.repeat(500)}`])
      if (i % 10 === 0) await delay(1)
    }
  }

  async #takeSnapshots(): Promise<void> {
    while (!this.#isOver) {
      await delay(100)
      const last = this.#client.argsOf('RECV').at(-1)
      if (!last) continue
      const [time, seq] = last
      const bytes = randomBytes(SNAPSHOT_BYTES)
      const hash = createHash('sha256').update(bytes).digest('base64url')
      const stamp = `${String(time).padStart(10, '0')}_${seq}`
      const path = `snapshots/${this.sessionId}/${stamp}-${hash}.snap`
      const url = `${this.#url}/files/${path}`
      const { ok } = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) })
      if (!ok) throw new Error(`no upload of ${path}`)
      this.snapshots.set(path, bytes)
      this.#client.send('SNAP', { time, seq, hash, url })
    }
  }
}

/** What the session is in a box that was restored; all of it is what was heard before. */
async function expectPrefix(url: string, traffic: Traffic): Promise<void> {
  const client = await clients.connect(`${url.replace('http', 'ws')}/reflector`, traffic.sessionId)
  const sync = await client.join()
  // Another one, because clients may have seen more than is in the backup.
  expect(sync.timeline).not.toBe(traffic.timeline)
  const seqs = sync.messages.map((message) => message[1])
  const first = ((sync.snapshotSeq ?? Number.NaN) + 1) >>> 0
  expect(seqs).toEqual(seqs.map((_seq, i) => (first + i) >>> 0))
  expect(seqs.at(-1) ?? sync.snapshotSeq).toBe(sync.seq)
  const { heard } = traffic
  expect(sync.messages).toEqual(seqs.map((seq) => heard.get(seq)))
  const path = new URL(sync.url).pathname.replace('/files/', '')
  const bytes = Buffer.from(await (await fetch(sync.url)).arrayBuffer())
  expect(bytes.equals(traffic.snapshots.get(path) ?? Buffer.of())).toBe(true)
}

/** The names, kinds and bytes of all that is there, apart from locks. */
async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.lock'))
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    hash.update(path).update(await readFile(path))
  }
  return hash.digest('hex')
}

it('a box in use is backed up, and restored as it was at one moment', async () => {
  const { box, url } = await start()
  const traffics = await Promise.all([Traffic.begin(url), Traffic.begin(url)])
  await delay(TRAFFIC_MS)
  const backup = await run('backup', [tar])
  expect(backup).toMatchObject({ code: 0, stderr: '' })
  expect(backup.stdout).toMatch(/^Backed up 2 sessions and \d+ files?, [\d.]+ MB, in \d+ s\.\n$/)
  await delay(TRAFFIC_MS)
  for (const traffic of traffics) await traffic.end()
  await stop(box)

  const newDir = join(top, 'new')
  const restored = await run('restore', [tar], newDir)
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  expect(restored.stdout).toMatch(/^Restored 2 sessions and \d+ files?, .*\n.*\n$/)
  // The folder was named by the environment: without it another box would be started.
  expect(restored.stdout).toMatch(/\nNow start the box: .*BOX_FILES_DIR=\S+\/new npm start\n$/)
  const again = await start(newDir)
  for (const traffic of traffics) await expectPrefix(again.url, traffic)
  expect((await readdir(newDir)).filter((name) => /^(backup|restore)-/.test(name))).toEqual([])
})

it('goes through pipes, with nothing but the tar in them', async () => {
  const { box, url } = await start()
  const traffic = await Traffic.begin(url)
  await delay(TRAFFIC_MS)
  const backup = spawnScript('backup', ['-'])
  const newDir = join(top, 'new')
  const restore = spawnScript('restore', ['-'], newDir)
  if (!backup.stdout || !restore.stdin) throw new Error('scripts have to have pipes')
  const ends = Promise.all([once(backup, 'close'), once(restore, 'close')])
  await pipeline(backup.stdout, restore.stdin)
  expect((await ends).map(([code]) => code)).toEqual([0, 0])
  await traffic.end()
  await stop(box)
  const again = await start(newDir)
  await expectPrefix(again.url, traffic)
})

it.each(['SIGINT', 'SIGTERM'] as const)(
  'a backup that gets a %s leaves nothing',
  async (signal) => {
    const { box, url } = await start()
    const traffic = await Traffic.begin(url)
    await delay(TRAFFIC_MS)
    await traffic.end()
    const path = `snapshots/${randomSessionId()}/0000000001_1-${randomSessionId()}.snap`
    const body = new Uint8Array(LONG_BYTES)
    expect((await fetch(`${url}/files/${path}`, { method: 'PUT', body })).ok).toBe(true)
    await stop(box)
    // Nobody reads its output, and there is more of it than fits on the way: it is not done before the signal comes.
    const child = spawnScript('backup', ['-'])
    const { stdout, stderr } = child
    if (!stdout || !stderr) throw new Error('a script has to have outputs')
    const exit = once(child, 'close')
    await once(stdout, 'readable')
    child.kill(signal)
    // What was on its way has to go before the process can.
    stdout.resume()
    expect(await text(stderr)).toBe(
      'The backup failed: it was stopped before it was done: try again\n',
    )
    expect(await exit).toEqual([1, null])
    expect((await readdir(dir)).filter((name) => name.startsWith('backup-'))).toEqual([])
  },
)

describe('with a backup at hand', () => {
  let box: BoxProcess
  beforeEach(async () => {
    const first = await start()
    box = first.box
    const traffic = await Traffic.begin(first.url)
    await delay(TRAFFIC_MS)
    await traffic.end()
    expect(await run('backup', [tar])).toMatchObject({ code: 0 })
  })

  async function expectRefused(message: string, args: readonly string[]): Promise<void> {
    const before = await fingerprint(dir)
    const { code, stderr } = await run('restore', args)
    expect(stderr).toMatch(/^The restore failed: .*\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(1)
    expect(await fingerprint(dir)).toBe(before)
  }

  it('restore refuses a running box', async () => {
    const { code, stderr } = await run('restore', ['--force', tar])
    expect(stderr).toMatch(/^The restore failed: .* is locked: another box, .*\n$/)
    expect(code).toBe(1)
    expect((await readdir(dir)).filter((name) => name.includes('restore'))).toEqual([])
    await stop(box)
  })

  it('restore refuses a box that has data, unless told to move it aside', async () => {
    await stop(box)
    await expectRefused('with --force they are moved aside', [tar])
    const { code, stdout } = await run('restore', ['--force', tar])
    expect(code).toBe(0)
    const aside = /is in (\S+), which can be deleted/.exec(stdout)?.[1] ?? ''
    expect(await readdir(aside)).toEqual(expect.arrayContaining(['box.sqlite', 'uploads']))
    expect(await readdir(dir)).not.toContain('box.watermark')
  })

  it('a start finishes a restore that was killed, and a backup before that is refused', async () => {
    await stop(box)
    const args = [...killingAt(KILLED_STEP), fileOf('restore'), '--force', tar]
    const env = { ...PLAIN_ENV, BOX_FILES_DIR: dir }
    const { signal } = spawnSync(process.execPath, args, { env })
    expect(signal).toBe('SIGKILL')
    expect(await readdir(dir)).not.toContain('box.sqlite')
    const refused = await run('backup', [join(top, 'other.tar')])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('was cut short') })

    const { box: restored } = await start()
    await stop(restored)
    expect(restored.stderr).toContain('a restore had been cut short, and was finished now')
    const again = join(top, 'again.tar')
    const { stdout } = await run('backup', [again])
    expect(stdout).toMatch(/1 session/)
  })

  it('restore refuses a tar that is damaged, changed or from a newer box', async () => {
    await stop(box)
    const bytes = await readFile(tar)
    const bad = join(top, 'bad.tar')
    await writeFile(bad, bytes.subarray(0, bytes.length / 2))
    await expectRefused('a damaged or unfinished one', ['--force', bad])

    const flipped = Buffer.from(bytes)
    flipped[10_000] = (flipped[10_000] ?? 0) ^ 1
    await writeFile(bad, flipped)
    await expectRefused('box.sqlite is damaged in the backup', ['--force', bad])

    const unpacked = join(top, 'unpacked')
    await mkdir(unpacked)
    execFileSync('tar', ['xf', tar, '-C', unpacked])
    const names = execFileSync('tar', ['tf', tar], { encoding: 'utf8' }).trim().split('\n')
    const pack = (...entries: string[]) =>
      execFileSync('tar', ['cf', bad, '-C', unpacked, ...entries])
    await writeFile(join(unpacked, 'evil.sh'), '')
    pack('evil.sh', ...names)
    await expectRefused('"evil.sh" is nothing that a backup of a box holds', ['--force', bad])

    const manifest = JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8'))
    const newer = { ...manifest, schemaVersion: 999, programVersion: '9.9.9' }
    await writeFile(join(unpacked, 'manifest.json'), JSON.stringify(newer))
    pack(...names)
    await expectRefused('restore it with version 9.9.9 or newer', ['--force', bad])
  })

  it('backup replaces no file unless told to', async () => {
    const before = await readFile(tar)
    expect(await run('backup', [tar])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `The backup failed: ${tar} is there already: use another name, or --force to replace it\n`,
    })
    expect((await readFile(tar)).equals(before)).toBe(true)
    expect(await run('backup', ['--force', tar])).toMatchObject({ code: 0 })
    expect(await readdir(top)).not.toContain('out.tar.part')
  })
})

it('wrong usage is explained, with exit code 2', async () => {
  for (const script of ['backup', 'restore'] as const) {
    for (const args of [[], ['a', 'b'], ['--wrong', 'a']]) {
      const { code, stdout, stderr } = await run(script, args)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(new RegExp(`^.*\\. How it is used: npm run ${script} -- --help\n$`))
    }
  }
})
