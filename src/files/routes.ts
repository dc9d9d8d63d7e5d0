import type { IncomingMessage } from 'node:http'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusalSchema } from './answers.ts'
import { setFileHeaders } from './file-headers.ts'
import { FILE_SHAPES, parseRequestTarget } from './file-path.ts'
import type { FileStore } from './file-store.ts'
import { formUpload } from './form-upload.ts'
import { putUpload } from './put-upload.ts'

export interface FileRoutesOptions {
  readonly store: FileStore
}

/** Everything below `/files`: uploads by PUT or by form, downloads, preflights. */
export async function fileRoutes(app: FastifyInstance, { store }: FileRoutesOptions) {
  app.addHook('onRequest', setFileHeaders)
  app.addHook('onSend', async ({ raw }) => discardBody(raw, store.maxBytes))
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      // A client asks again after a moment, and the file may be there by then.
      .header('cache-control', 'no-store')
      .send({ error: 'Not Found', message: notFoundMessage(request) }),
  )

  for (const url of ['/', '/*']) app.options(url, async (_request, reply) => reply.code(204).send())

  await app.register(fastifyStatic, {
    serve: false,
    root: store.uploadsDir,
    index: false,
    immutable: true,
    maxAge: '365d',
    setHeaders: setDownloadHeaders,
  })
  app.get('/*', { schema: { response: { '4xx': refusalSchema } } }, async (request, reply) => {
    const file = parseRequestTarget(request.url)
    if (!file) return reply.callNotFound()
    acceptStrongIfRange(request)
    return reply.sendFile(file.path)
  })

  await app.register(putUpload, { store })
  await app.register(formUpload, { store })
}

function notFoundMessage({ method, url }: FastifyRequest): string {
  const file = parseRequestTarget(url)
  if (file) return `${method} found no file ${file.path}`
  return `a file's path below /files/ is ${FILE_SHAPES.join(' or ')}`
}

/**
 * Reads and drops what is left of a body when it was answered early: the connection is good for the
 * next request only after it, and closing at once would lose the answer. Who sends on is cut off.
 */
function discardBody(request: IncomingMessage, mostBytes: number): void {
  if (request.readableEnded) return
  let bytes = 0
  request.unpipe()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > mostBytes) request.destroy()
  })
  // A paused stream is not set going by a new listener.
  request.resume()
}

function setDownloadHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    // Made of size and time, which is weak in general but strong for bytes that never change.
    etag: String(reply.getHeader('etag')).replace('W/', ''),
  })
}

/** If-Range compares with the tag before it was made strong. */
function acceptStrongIfRange({ headers }: FastifyRequest): void {
  const tag = headers['if-range']
  if (typeof tag === 'string' && tag.startsWith('"')) headers['if-range'] = `W/${tag}`
}
