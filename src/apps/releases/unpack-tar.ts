import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { foreignEntry, type ReleaseWriter, tooLarge } from './release-writer.ts'

/** Of what comes out of one step of unzipping. */
const CHUNK_BYTES = 65_536
/** A tar is made of these; its last are zeros. */
const BLOCK_BYTES = 512
/** What a tar may have around each entry: its headers, long names among them, and what fills its last block. */
const FRAME_BYTES = 8 * BLOCK_BYTES
/** What a tar may have behind its entries: tapes were written in large pieces. */
const END_BYTES = 1_048_576

const KINDS: Readonly<Record<string, string>> = {
  link: 'a link',
  symlink: 'a link',
  'block-device': 'a device',
  'character-device': 'a device',
  fifo: 'a pipe',
}

export interface TarParts {
  readonly writer: ReleaseWriter
  readonly limits: { readonly maxBytes: number; readonly maxEntries: number }
  readonly signal: AbortSignal
}

/** Unpacks a tar, which may be zipped as a whole, entry by entry as they come. */
export async function unpackTar(
  archive: string,
  isZipped: boolean,
  { writer, limits, signal }: TarParts,
): Promise<void> {
  const tar = extract()
  let taken: Promise<unknown> = Promise.resolve()
  tar.on('entry', (header, body, next) => {
    // Without a listener it would end the process if the tar is given up before anybody reads it.
    body.on('error', () => {})
    // Its type leaves out that it can be iterated.
    const chunks = body as unknown as AsyncIterable<Buffer>
    taken = takeEntry(header, chunks, writer).then(() => next(), next)
  })
  const unzip = isZipped ? createGunzip({ chunkSize: CHUNK_BYTES }) : new PassThrough()
  const watched = (chunks: AsyncIterable<Buffer>) => watchedTar(chunks, limits)
  try {
    await pipeline(createReadStream(archive), unzip, watched, tar, { signal })
  } finally {
    // Nothing is written any more when this is over.
    await taken
  }
}

async function takeEntry(
  header: Header,
  body: AsyncIterable<Buffer>,
  writer: ReleaseWriter,
): Promise<void> {
  const { name, size, type } = header
  // The library takes what is no number for a size, and waits for the end for ever.
  if (!Number.isSafeInteger(size)) throw new Error(`the size of ${name} cannot be read`)
  const isFolder = type === 'directory'
  // All that `tar c .` has for the folder itself.
  if (isFolder && /^\.\/*$/.test(name)) return readThrough(body)
  const path = writer.admit(name)
  if (path === undefined) return readThrough(body)
  if (isFolder) {
    await writer.addFolder(path)
    return readThrough(body)
  }
  if (type !== 'file' && type !== 'contiguous-file') {
    throw foreignEntry(name, KINDS[type] ?? 'of no kind that is known')
  }
  writer.announce(size)
  await writer.addFile(path, body)
}

/** Passes on a tar that is as long as it may be, and has an end. */
async function* watchedTar(
  chunks: AsyncIterable<Buffer>,
  { maxBytes, maxEntries }: TarParts['limits'],
): AsyncGenerator<Buffer> {
  const mostBytes = maxBytes + maxEntries * FRAME_BYTES + END_BYTES
  let bytes = 0
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > mostBytes) throw tooLarge(maxBytes)
    tail = Buffer.concat([tail, chunk.subarray(-BLOCK_BYTES)]).subarray(-BLOCK_BYTES)
    yield chunk
  }
  const hasEnd = tail.length === BLOCK_BYTES && tail.every((byte) => byte === 0)
  if (!hasEnd) throw new Error('it ends in the middle')
}

async function readThrough(body: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of body);
}
