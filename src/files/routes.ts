import type { FastifyInstance, FastifyRequest } from 'fastify'
import { discardBody } from './discard-body.ts'
import { download } from './download.ts'
import { setFileHeaders } from './file-headers.ts'
import { FILE_SHAPES, parseRequestTarget } from './file-path.ts'
import { formUpload } from './form-upload.ts'
import { putUpload } from './put-upload.ts'
import type { UploadParts } from './upload-parts.ts'

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
