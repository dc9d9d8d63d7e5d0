import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { download } from './download.ts'
import { setFileHeaders } from './file-headers.ts'
import { FILE_SHAPES, parseRequestTarget } from './file-path.ts'
import { formUpload } from './form-upload.ts'
import { putUpload } from './put-upload.ts'
import type { UploadParts } from './upload-parts.ts'

/** How long an answer has to arrive before the connection is cut on which a body is still coming (ms). */
const ANSWER_MS = 1000
/**
 * So much of a body is read for nothing, whyever: more than two systems hold between them on the way. A proxy that got rid of all
 * of it has its next request on the same connection, which has to be read from therefore.
 */
const UNWANTED_BYTES = 12_000_000
/** of answers to those who upload too much */
const LIMIT_STATUSES: readonly number[] = [429, 503, 507]

/** Everything below `/files`: uploads by PUT or by form, downloads, preflights. */
export async function fileRoutes(app: FastifyInstance, { store, limits }: UploadParts) {
  app.addHook('onRequest', setFileHeaders)
  app.addHook('onSend', async ({ raw }, { statusCode }) => {
    const isUnwanted = LIMIT_STATUSES.includes(statusCode)
    discardBody(raw, isUnwanted ? UNWANTED_BYTES : Math.max(UNWANTED_BYTES, store.maxBytes))
  })
  app.setNotFoundHandler(async (request, reply) =>
    reply
      .code(404)
      // A client asks again after a moment, and the file may be there by then.
      .header('cache-control', 'no-store')
      .send({ error: 'Not Found', message: notFoundMessage(request) }),
  )

  for (const url of ['/', '/*']) app.options(url, async (_request, reply) => reply.code(204).send())

  await app.register(download, { store })
  await app.register(putUpload, { store, limits })
  await app.register(formUpload, { store, limits })
}

function notFoundMessage({ method, url }: FastifyRequest): string {
  const file = parseRequestTarget(url)
  if (file) return `${method} found no file ${file.path}`
  return `a file's path below /files/ is ${FILE_SHAPES.join(' or ')}`
}

/**
 * Reads and drops what is left of a body when it was answered early: the connection is good for the
 * next request only after it, and closing at once would lose the answer. Who sends on is cut off in the end.
 */
function discardBody(request: IncomingMessage, mostBytes: number): void {
  if (request.readableEnded) return
  let bytes = 0
  request.unpipe()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= mostBytes) return
    request.pause()
    setTimeout(() => request.destroy(), ANSWER_MS).unref()
  })
  // A paused stream is not set going by a new listener.
  request.resume()
}
