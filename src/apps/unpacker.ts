import { createReadStream, type Stats } from 'node:fs'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import pLimit from 'p-limit'
import { isKnown } from './etag.ts'
import { accepts, type PackedFile } from './packed-file.ts'

/** Files that are unpacked at a time: each may take as much memory as Brotli looks back, 16 MB. Others wait. */
const MOST_AT_ONCE = 8
/** A client that takes longer than this over one is given up, since others wait (ms). */
const MOST_MS = 120_000

/** What the browser is told of a file that is sent as it is on disk. */
export function packedHeaders({ headers }: FastifyRequest, packed: PackedFile) {
  const isForBrowser = accepts(headers['accept-encoding'], packed.encoding)
  return {
    'content-type': packed.type,
    vary: 'accept-encoding',
    ...(isForBrowser && { 'content-encoding': packed.encoding }),
  }
}

/** Whether the box has to unpack it: by http, browsers take no Brotli, and some programs take nothing. */
export function mustUnpack({ headers }: FastifyRequest, packed: PackedFile): boolean {
  return !packed.isUnpackedByApp && !accepts(headers['accept-encoding'], packed.encoding)
}

/** Sends what is inside of compressed files. */
export class Unpacker {
  readonly #inTurn: ReturnType<typeof pLimit>
  readonly #mostMs: number

  constructor(mostAtOnce = MOST_AT_ONCE, mostMs = MOST_MS) {
    this.#inTurn = pLimit(mostAtOnce)
    this.#mostMs = mostMs
  }

  /** It cannot be had in ranges: where they would begin is not known. */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    packed: PackedFile,
    { path, stats }: { readonly path: string; readonly stats: Stats },
  ): Promise<FastifyReply> {
    const etag = `W/"${stats.size.toString(16)}-${stats.mtimeMs.toString(16)}-unpacked"`
    reply.headers({ etag, vary: 'accept-encoding', 'accept-ranges': 'none' })
    if (isKnown(request, etag)) return reply.code(304).send()
    reply.type(packed.type)
    if (request.method === 'HEAD') return reply.send(Readable.from([]))
    return this.#sendInTurn(reply, packed, path)
  }

  #sendInTurn(reply: FastifyReply, packed: PackedFile, path: string): Promise<FastifyReply> {
    return new Promise((resolve) => {
      void this.#inTurn(async () => {
        const unpacked = unpack(path, packed)
        const signal = AbortSignal.timeout(this.#mostMs)
        signal.addEventListener('abort', () =>
          unpacked.destroy(new Error('the client is too slow')),
        )
        const ended = finished(unpacked, { cleanup: true }).catch(() => {})
        // Who has left meanwhile gets none of it.
        if (reply.raw.destroyed) unpacked.destroy()
        resolve(reply.send(unpacked))
        await ended
      })
    })
  }
}

function unpack(path: string, { encoding }: PackedFile) {
  const unpacked = encoding === 'br' ? createBrotliDecompress() : createGunzip()
  const source = createReadStream(path)
  // Whichever of both fails or is given up, the other one ends as well.
  source.on('error', (error) => unpacked.destroy(error))
  unpacked.on('close', () => source.destroy())
  return source.pipe(unpacked)
}
