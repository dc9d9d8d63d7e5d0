import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { closeDatabase, openDatabase } from '../db/database.ts'
import { filesIn } from '../db/files.ts'

const [SESSION, HASH] = ['s'.repeat(43), 'h'.repeat(43)]

/** Uploads of a sample box: paths below the upload folder, and their texts. */
export const SAMPLE_FILES: Readonly<Record<string, string>> = {
  [`apps/org.app/${HASH}/save/${HASH}`]: '',
  [`apps/org.${'long'.repeat(30)}/snap/${HASH}/${HASH}.${SESSION}/0000001000_16.${HASH}`]: 'long',
  [`snapshots/${SESSION}/0000001000_16-${HASH}.snap`]: 'a snapshot',
}

/** Makes the folder of a stopped box that has one session and these uploads. */
export async function makeSampleBox(dir: string, files = SAMPLE_FILES): Promise<void> {
  await mkdir(dir, { recursive: true })
  const db = openDatabase(join(dir, 'box.sqlite'))
  db.exec(`INSERT INTO sessions (session_id, name, page_url, timeline, time, position, tick, delay,
    scale, flags, completed_tallies, created_at, visited_at)
    VALUES ('${SESSION}', 'n', 'u', 't', 1000, 0, 200, 0, 1, '{}', '{}', 1, 1)`)
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, 'uploads', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    filesIn(db).put({ path, bytes: text.length }, 1)
  }
  closeDatabase(db)
}

/** An entry of a tar, as a test makes it up. */
export interface SampleEntry {
  readonly name: string
  readonly body?: string | Buffer
  readonly type?: 'file' | 'symlink' | 'directory'
}

export async function tarOf(entries: readonly SampleEntry[]): Promise<Buffer> {
  const tar = pack()
  for (const { name, body = '', type = 'file' } of entries) {
    tar.entry({ name, type, ...(type === 'symlink' && { linkname: 'box.sqlite' }) }, body)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(chunk)
      done()
    },
  })
  await pipeline(tar, sink)
  return Buffer.concat(chunks)
}
