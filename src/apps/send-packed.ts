import { createReadStream, type Stats } from 'node:fs'
import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isKnown } from './etag.ts'
import { accepts, type PackedFile } from './packed-file.ts'

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

/** Sends what is inside. It cannot be had in ranges: where they would begin is not known. */
export function sendUnpacked(
  request: FastifyRequest,
  reply: FastifyReply,
  packed: PackedFile,
  { path, stats }: { readonly path: string; readonly stats: Stats },
): FastifyReply {
  const etag = `W/"${stats.size.toString(16)}-${stats.mtimeMs.toString(16)}-unpacked"`
  reply.headers({ etag, vary: 'accept-encoding', 'accept-ranges': 'none' })
  if (isKnown(request, etag)) return reply.code(304).send()
  reply.type(packed.type)
  if (request.method === 'HEAD') return reply.send(Readable.from([]))
  const unpack = packed.encoding === 'br' ? createBrotliDecompress() : createGunzip()
  const source = createReadStream(path)
  // Whichever of both fails or is given up, the other one ends as well.
  source.on('error', (error) => unpack.destroy(error))
  unpack.on('close', () => source.destroy())
  return reply.send(source.pipe(unpack))
}
