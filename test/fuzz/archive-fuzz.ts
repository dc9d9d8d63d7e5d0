import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { writeBackup } from '../../src/backup/backup.ts'
import { BackupError } from '../../src/backup/backup-error.ts'
import { DATABASE_NAME } from '../../src/backup/box-folder.ts'
import { extractBackup } from '../../src/backup/extraction.ts'
import { makeSampleBox, type SampleEntry, tarOf } from '../../src/backup/sample-box.ts'
import { parseFilePath } from '../../src/files/file-path.ts'
import { inTime } from '../crash/in-time.ts'
import type { Random } from '../crash/random.ts'
import { inPieces, mutate, pickOne } from './mutation.ts'

const BLOCK = 512
/** Where the checksum of a tar's header is, of which the field is all spaces when it is counted. */
const CHECKSUM = { start: 148, end: 156 }
const HEADER_FIELDS = 345
/** No archive of this size takes longer (ms). */
const LIMIT_MS = 10_000
const ID = 'i'.repeat(43)
const NAMES = [
  DATABASE_NAME,
  'manifest.json',
  `uploads/snapshots/${ID}/0000001000_16-${ID}.snap`,
  `uploads/apps/org.app/${ID}/save/${ID}`,
  '../outside',
  '/tmp/outside',
  'uploads/../../outside',
  'uploads/',
  `uploads/${'x/'.repeat(80)}x`,
  'uploads/\u{1f389}',
  '',
  '.',
]

/** Backups that somebody wrote over, and tars that are no backups. */
export class ArchiveFuzz {
  readonly #dir: string
  readonly #backup: Buffer

  private constructor(dir: string, backup: Buffer) {
    this.#dir = dir
    this.#backup = backup
  }

  static async open(): Promise<ArchiveFuzz> {
    const dir = await mkdtemp(join(tmpdir(), 'box-archive-'))
    const box = join(dir, 'box')
    await makeSampleBox(box)
    const chunks: Buffer[] = []
    await writeBackup({
      filesDir: box,
      output: new Writable({
        write: (chunk, _encoding, done) => {
          chunks.push(chunk)
          done()
        },
      }),
      programVersion: '1.0.0',
      wallTime: () => 0,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    await rm(box, { recursive: true })
    return new ArchiveFuzz(dir, Buffer.concat(chunks))
  }

  /** Throws if it is neither taken nor refused in words, or a file is where none may be. */
  async attempt(random: Random): Promise<void> {
    const bytes = random.next() < 0.7 ? this.#mutated(random) : await madeUp(random)
    const into = join(this.#dir, 'into')
    await mkdir(into)
    try {
      await inTime(extract(inPieces(random, bytes), into), LIMIT_MS, 'a backup')
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
    }
    await this.#checkFiles(into)
    await rm(into, { recursive: true })
  }

  async close(): Promise<void> {
    await rm(this.#dir, { recursive: true })
  }

  /** Half of them in one header, whose checksum is then right again. */
  #mutated(random: Random): Buffer {
    const headers = headersIn(this.#backup)
    if (random.next() < 0.5) return mutate(random, this.#backup, [])
    const at = pickOne(random, headers)
    const bytes = Buffer.from(this.#backup)
    const header = bytes.subarray(at, at + BLOCK)
    const fields = mutate(random, header.subarray(0, HEADER_FIELDS), [])
    fields.copy(header, 0, 0, HEADER_FIELDS)
    writeChecksum(header)
    return bytes
  }

  async #checkFiles(into: string): Promise<void> {
    const beside = await readdir(this.#dir)
    if (beside.length !== 1) throw new Error(`files outside: ${beside.join()}`)
    const entries = await readdir(into, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      if (entry.isDirectory()) continue
      const path = join(entry.parentPath, entry.name).slice(into.length + 1)
      const isUpload = parseFilePath(path.replace(/^uploads\//, '')) !== undefined
      if (!entry.isFile() || (path !== DATABASE_NAME && !isUpload))
        throw new Error(`a file where none may be: ${path}`)
    }
  }
}

async function extract(pieces: readonly Buffer[], into: string): Promise<void> {
  await extractBackup(Readable.from(pieces), into, new AbortController().signal, () => {})
}

async function madeUp(random: Random): Promise<Buffer> {
  const count = Math.floor(random.between(0, 6))
  const entries = Array.from({ length: count }, (): SampleEntry => {
    const type = random.pick([
      [6, 'file'],
      [1, 'directory'],
      [1, 'symlink'],
    ] as const)
    return { name: pickOne(random, NAMES), body: type === 'file' ? 'x'.repeat(700) : '', type }
  })
  return tarOf(entries)
}

/** Where the headers of a tar are. */
function headersIn(tar: Buffer): number[] {
  const headers: number[] = []
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8)
    if (!Number.isFinite(size)) break
    headers.push(at)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return headers
}

function writeChecksum(header: Buffer): void {
  header.fill(' ', CHECKSUM.start, CHECKSUM.end)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM.start, 'latin1')
}
