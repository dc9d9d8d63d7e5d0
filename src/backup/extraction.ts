import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { isAppFilePath } from '../apps/releases/app-path.ts'
import { parseFilePath } from '../files/file-path.ts'
import { BackupError } from './backup-error.ts'
import { APPS_NAME, DATABASE_NAME, OWN_FILES, OWN_FOLDERS, UPLOADS_NAME } from './box-folder.ts'
import { type Checksum, checksumMeter } from './checksum.ts'
import { MANIFEST_NAME } from './manifest.ts'

/** A manifest is kept in memory; this is one of more than a million files. */
const LONGEST_MANIFEST_BYTES = 400_000_000

/** What came out of a tar. */
export interface Extracted {
  /** JSON */
  readonly manifest: string
  /** all but the manifest, by their names in the tar */
  readonly entries: ReadonlyMap<string, Checksum>
}

/**
 * Unpacks a backup into a new folder and syncs its files. Takes nothing but what a backup holds: the
 * database, uploads and files of apps by the names that they have, what the box knows for itself, and the manifest as the last.
 * @param onBytes told how many bytes of `input` were read just now
 * @throws {BackupError} if it holds anything else, or is cut off
 */
export async function extractBackup(
  input: Readable,
  into: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Extracted> {
  await mkdir(join(into, UPLOADS_NAME), { recursive: true })
  const extraction = new Extraction(into)
  const tar = extract()
  tar.on('entry', (header, body, next) => {
    // Without a listener it would end the process if the tar is given up before anybody reads it.
    body.on('error', () => {})
    // Its type leaves out that it can be iterated.
    const chunks = body as unknown as AsyncIterable<Buffer>
    extraction.take(header, chunks).then(() => next(), next)
  })
  try {
    await pipeline(input, (chunks) => counted(chunks, onBytes), tar, { signal })
  } catch (error) {
    throw isFromTar(error) ? damaged(error) : error
  }
  return extraction.result()
}

class Extraction {
  readonly #into: string
  readonly #entries = new Map<string, Checksum>()
  #manifest: string | undefined

  constructor(into: string) {
    this.#into = into
  }

  async take(header: Header, body: AsyncIterable<Buffer>): Promise<void> {
    const { name, size } = header
    if (header.type !== 'file') throw foreign(name)
    // The library takes what is no number for a size, and waits for the end for ever.
    if (!Number.isSafeInteger(size)) throw damaged(new Error(`the size of ${name} cannot be read`))
    if (this.#manifest !== undefined) throw damaged(new Error(`${name} follows the manifest`))
    if (this.#entries.has(name)) throw damaged(new Error(`${name} is in it twice`))
    if (name === MANIFEST_NAME) this.#manifest = await readText(header, body)
    else if (isKnown(name)) this.#entries.set(name, await this.#store(name, body))
    else throw foreign(name)
  }

  result(): Extracted {
    if (this.#manifest === undefined) throw damaged(new Error(`it has no ${MANIFEST_NAME}`))
    return { manifest: this.#manifest, entries: this.#entries }
  }

  async #store(name: string, body: AsyncIterable<Buffer>): Promise<Checksum> {
    const path = join(this.#into, name)
    const meter = checksumMeter()
    // Whoever may read the box's keys may do what the box does.
    const modes = isOwn(name) ? { folder: 0o700, file: 0o600 } : { folder: 0o777, file: 0o666 }
    await mkdir(dirname(path), { recursive: true, mode: modes.folder })
    const file = createWriteStream(path, { flags: 'wx', flush: true, mode: modes.file })
    await pipeline(body, meter.pass, file)
    return meter.result()
  }
}

function isKnown(name: string): boolean {
  const [folder = ''] = name.split('/', 1)
  const path = name.slice(folder.length + 1)
  if (folder === UPLOADS_NAME) return parseFilePath(path) !== undefined
  if (folder === APPS_NAME) return isAppFilePath(path)
  return name === DATABASE_NAME || isOwn(name)
}

function isOwn(name: string): boolean {
  return OWN_FOLDERS.some((folder) =>
    OWN_FILES[folder].some((file) => name === `${folder}/${file}`),
  )
}

async function readText({ name, size }: Header, body: AsyncIterable<Buffer>): Promise<string> {
  if (size > LONGEST_MANIFEST_BYTES) throw damaged(new Error(`${name} is too long`))
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes(chunk.length)
    yield chunk
  }
}

/** Others have a code or a class; the library for tar has neither for what is wrong with a tar. */
function isFromTar(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof BackupError) && !('code' in error)
}

function damaged(cause: Error): BackupError {
  return new BackupError(
    `this is no backup, or a damaged or unfinished one (${cause.message}): use another one`,
    { cause },
  )
}

function foreign(name: string): BackupError {
  return new BackupError(
    `"${name}" is nothing that a backup of a box holds: use a file that the box's backup command made`,
  )
}
