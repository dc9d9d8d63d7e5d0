import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../support/programs.ts'

/** Something that keeps a box from storing anything, from outside of it, until it is ended. */
export interface Fault {
  end(): Promise<void>
}

const DATABASE_NAME = 'box.sqlite'
const COMMIT_LOG_NAMES = ['box.commits-a', 'box.commits-b']
/** A program that holds the database: it says so on standard output, and ends when told to. */
const HOLD_DATABASE = `
  import Sqlite from 'better-sqlite3'
  const db = new Sqlite(process.argv[1])
  db.exec('BEGIN IMMEDIATE')
  console.log('held')
  setInterval(() => {}, 1000)
`
/** strace is attached by then (ms). */
const ATTACH_TIMEOUT_MS = 5000

/** A folder on a disk of its own, which can be filled. */
export class SmallDisk {
  readonly dir: string

  private constructor(dir: string) {
    this.dir = dir
  }

  /** @throws {Error} if this user may not mount */
  static async mount(megabytes: number): Promise<SmallDisk> {
    const dir = await mkdtemp(join(tmpdir(), 'box-disk-'))
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir])
    } catch (error) {
      await rm(dir, { recursive: true })
      throw error
    }
    return new SmallDisk(dir)
  }

  /** Fills it to the last block with a file that belongs to nobody. */
  async fill(): Promise<Fault> {
    const ballast = join(this.dir, 'ballast')
    const file = await open(ballast, 'a')
    try {
      const { bavail, bsize } = await statfs(this.dir)
      await file.writeFile(Buffer.alloc(bavail * bsize))
      // What others took meanwhile made it fail before; what they gave back is taken block by block.
      for (;;) await file.write(Buffer.alloc(bsize))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      await file.close()
    }
    return { end: () => rm(ballast, { force: true }) }
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.dir])
    await rm(this.dir, { recursive: true })
  }
}

/** Holds the box's database as another program that writes to it does. */
export async function holdDatabase(filesDir: string): Promise<Fault> {
  const args = ['--input-type=module', '--eval', HOLD_DATABASE, join(filesDir, DATABASE_NAME)]
  const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await said(holder, 'held')
  return { end: () => ended(holder, 'SIGKILL') }
}

/** Has the disk fail the box whenever it writes to its database or its commit log. */
export async function failWrites(pid: number, filesDir: string): Promise<Fault> {
  const names = [DATABASE_NAME, `${DATABASE_NAME}-wal`, ...COMMIT_LOG_NAMES]
  const paths = names.flatMap((name) => ['-P', join(filesDir, name)])
  const calls = 'pwrite64,pwritev,write,fdatasync,fsync'
  const what = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`]
  const args = ['-f', '-p', String(pid), ...paths, ...what, '-o', '/dev/null']
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  await said(strace, 'attached')
  return { end: () => ended(strace, 'SIGTERM') }
}

/** Why {@link failWrites} cannot work here; undefined: it can. */
export async function whyNoTracing(pid: number): Promise<string | undefined> {
  if (findProgram('strace') === undefined) return 'there is no strace'
  const args = ['-p', String(pid), '-e', 'trace=none', '-o', '/dev/null']
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    await said(strace, 'attached')
    return undefined
  } catch (error) {
    return (error as Error).message
  } finally {
    await ended(strace, 'SIGTERM')
  }
}

/** Resolves when the program says this on either output; rejects if it ends before that. */
async function said(program: ChildProcess, word: string): Promise<void> {
  const signal = AbortSignal.timeout(ATTACH_TIMEOUT_MS)
  let text = ''
  const hear = (data: Buffer) => {
    text += data
  }
  program.stdout?.on('data', hear)
  program.stderr?.on('data', hear)
  while (!text.includes(word)) {
    const heard = [program.stdout, program.stderr]
      .filter((stream) => stream !== null)
      .map((stream) => once(stream, 'data', { signal }))
    const gone = once(program, 'exit', { signal }).then(() => {
      throw new Error(`${program.spawnfile} ended: ${text}`)
    })
    await Promise.race([...heard, gone])
  }
}

async function ended(program: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return
  const end = once(program, 'exit')
  program.kill(signal)
  await end
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let reason = ''
  child.stderr.on('data', (data) => {
    reason += data
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program}: ${reason.trim()}`)
}
