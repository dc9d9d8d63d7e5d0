import { STATUS_CODES } from 'node:http'
import fastifyMultipart, { type Multipart } from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { formRefusalSchema, uploadResultSchema } from './answers.ts'
import { FILE_SHAPES, parseFilePath } from './file-path.ts'
import type { UploadResult } from './file-store.ts'
import { UploadError } from './upload-error.ts'
import type { UploadParts } from './upload-parts.ts'

const MOST_FILES = 1000
const WHOLE_FORM = 'the form'

/** How a form ended: all of it stored, or what was wrong with `part` after those before it. */
interface FormOutcome {
  readonly stored: readonly UploadResult[]
  readonly refusal?: { readonly part: string; readonly error: UploadError }
}

/**
 * `POST /` of a multipart form, for people and scripts: each file is stored under its field's name,
 * one after the other, by the rules of PUT. The first that is refused ends it.
 */
export async function formUpload(app: FastifyInstance, parts: UploadParts) {
  app.removeAllContentTypeParsers()
  await app.register(fastifyMultipart, {
    // The store keeps the limit: here, a file that is too large would be cut off and look whole.
    limits: { fileSize: Number.POSITIVE_INFINITY, parts: MOST_FILES, fieldSize: 1024 },
    throwFileSizeLimit: false,
  })
  const response = {
    201: { type: 'array', items: uploadResultSchema },
    '4xx': formRefusalSchema,
    '5xx': formRefusalSchema,
  }
  app.post('/', { schema: { response } }, async (request, reply) => {
    const { stored, refusal } = await storeForm(request, parts)
    if (!refusal) return reply.code(201).send(stored)
    const { part, error } = refusal
    const message = `${part}: ${error.message}; ${stored.length} before it are stored and stay`
    const { statusCode, headers } = error
    return reply
      .headers(headers)
      .code(statusCode)
      .send({ error: STATUS_CODES[statusCode] ?? 'Error', message, part, stored })
  })
}

async function storeForm(request: FastifyRequest, parts: UploadParts): Promise<FormOutcome> {
  const stored: UploadResult[] = []
  let part = WHOLE_FORM
  try {
    for await (const next of partsOf(request)) {
      part = nameOf(next)
      stored.push(await storePart(next, request.ip, parts))
      part = WHOLE_FORM
    }
    if (stored.length === 0) throw new UploadError(400, 'there is no file in it')
    return { stored }
  } catch (error) {
    if (error instanceof UploadError) return { stored, refusal: { part, error } }
    throw error
  }
}

async function storePart(
  part: Multipart,
  address: string,
  { store, limits }: UploadParts,
): Promise<UploadResult> {
  if (part.type === 'field') {
    throw new UploadError(400, 'this is text, not a file (with curl: -F "<path>=@<file>")')
  }
  const file = parseFilePath(nameOf(part))
  if (!file) {
    throw new UploadError(400, `a field's name has to be a path: ${FILE_SHAPES.join(' or ')}`)
  }
  return limits.run(address, (admitted) => store.put(file, part.file, admitted))
}

/** Empty if the part says none, or none that can be read: then the parser has none, whatever its type says. */
function nameOf({ fieldname }: { readonly fieldname: string | undefined }): string {
  return fieldname ?? ''
}

/** The parts as they come. What the parser refuses is the sender's fault. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UploadError(400, `it cannot be read as multipart/form-data: ${reason}`, { cause })
  }
}
