import type { FastifyInstance } from 'fastify'
import { refusalSchema, uploadResultSchema } from './answers.ts'
import { FILE_SHAPES, parseRequestTarget } from './file-path.ts'
import { UploadError } from './upload-error.ts'
import type { UploadParts } from './upload-parts.ts'

const BYTES = 'application/octet-stream'

/** `PUT /<path>`: the body is the file. 201 if it was stored, 200 if one of that path was there. */
export async function putUpload(app: FastifyInstance, { store, limits }: UploadParts) {
  app.removeAllContentTypeParsers()
  // The body stays in the request, unread: it goes to the disk as it comes.
  app.addContentTypeParser(BYTES, (_request, _body, done) => done(null))
  // Whatever a sender calls it, it is bytes to the box.
  app.addHook('onRequest', async ({ headers }) => {
    headers['content-type'] = BYTES
  })

  const response = { '2xx': uploadResultSchema, '4xx': refusalSchema, '5xx': refusalSchema }
  app.put('/*', { schema: { response } }, async (request, reply) => {
    const file = parseRequestTarget(request.url)
    if (!file) {
      throw new UploadError(400, `nothing is stored there, only at ${FILE_SHAPES.join(' or ')}`)
    }
    const announcedBytes = Number(request.headers['content-length'] ?? 0)
    const result = await limits.run(request.ip, (admitted) =>
      store.put(file, request.raw, { announcedBytes, ...admitted }),
    )
    return reply.code(result.status === 'stored' ? 201 : 200).send(result)
  })
}
