import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import send from '@fastify/send'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusalSchema } from './answers.ts'
import { DownloadBuffers } from './download-buffers.ts'
import { parseRequestTarget } from './file-path.ts'
import type { FileStore } from './file-store.ts'
import { type ByteRange, sendBytes } from './send-bytes.ts'

/** Below it, nginx has the upload folder: what it serves on the box's word only. Its configuration says so, too. */
const NGINX_LOCATION = '/box-uploads/'

const CACHING = { immutable: true, maxAge: '365d' } as const

const DOWNLOAD = {
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment',
}

/** `GET /<path>` and HEAD: the file, a part of it, or that the copy which somebody has is right. */
export async function download(app: FastifyInstance, { store }: { readonly store: FileStore }) {
  const buffers = new DownloadBuffers()

  app.get('/*', { schema: { response: { '4xx': refusalSchema } } }, async (request, reply) => {
    const file = parseRequestTarget(request.url)
    if (!file) return reply.callNotFound()
    if (isSentByNginx(request)) return leaveToNginx(reply, store, file.path)
    const { statusCode, headers, stream, type, metadata } = await headOf(
      request.raw,
      file.path,
      store,
    )
    if (statusCode === 404) {
      // It rejects if nobody can tell now whether the file is there.
      await store.stat(file.path)
      return reply.callNotFound()
    }
    if (type === 'error') throw metadata.error
    reply.code(statusCode).headers({ ...headers, ...DOWNLOAD, etag: strong(headers.ETag) })
    if (request.method === 'HEAD' || statusCode === 304) return reply.send(stream)
    const opened = await openIfThere(join(store.uploadsDir, file.path))
    return opened ? sendBody(reply, opened, rangeOf(headers), buffers) : reply.callNotFound()
  })
}

/**
 * nginx says that it sees the uploads. It is believed if it is trusted with who the client is: of `ips`,
 * the first is who connected, and more are there only from a trusted proxy.
 */
function isSentByNginx({ headers, ips = [] }: FastifyRequest): boolean {
  return headers['x-sendfile-type'] === 'X-Accel-Redirect' && ips.length > 1
}

/**
 * Ranges, conditions and caching are up to nginx. Should another proxy pass on what a client claims, that
 * client gets an empty answer, which nobody is told to keep.
 */
async function leaveToNginx(reply: FastifyReply, store: FileStore, path: string) {
  if (!(await store.stat(path))) return reply.callNotFound()
  return reply
    .headers({
      'content-type': DOWNLOAD['content-type'],
      'x-accel-redirect': NGINX_LOCATION + path,
      vary: 'Origin, X-Sendfile-Type',
    })
    .send()
}

/** What a GET would be answered, without its body: the library's own streams leave memory to V8's collector. */
async function headOf({ headers }: IncomingMessage, path: string, { uploadsDir }: FileStore) {
  const head = { method: 'HEAD', headers: withWeakIfRange(headers) }
  return send(head as unknown as IncomingMessage, path, {
    root: uploadsDir,
    index: false,
    ...CACHING,
  })
}

async function sendBody(
  reply: FastifyReply,
  file: FileHandle,
  range: ByteRange,
  buffers: DownloadBuffers,
): Promise<void> {
  try {
    reply.hijack()
    reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders)
    await sendBytes(reply.raw, file, range, buffers)
  } finally {
    await file.close()
  }
}

function rangeOf(headers: Readonly<Record<string, string>>): ByteRange {
  const start = /^bytes (\d+)-/.exec(headers['Content-Range'] ?? '')?.[1]
  return { start: Number(start ?? 0), length: Number(headers['Content-Length']) }
}

/** Garbage collection may have taken it since it was looked for. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A tag made of size and time is weak in general, but strong for bytes that never change. */
function strong(tag: string | undefined): string {
  return String(tag).replace('W/', '')
}

/** If-Range is compared with the tag before it is made strong. */
function withWeakIfRange(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const tag = headers['if-range']
  return typeof tag === 'string' && tag.startsWith('"')
    ? { ...headers, 'if-range': `W/${tag}` }
    : headers
}
