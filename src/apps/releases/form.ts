import { addAbortSignal } from 'node:stream'
import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { DeployError, quoted } from './deploy-error.ts'

/** Names of fields that say nothing of the file's path: then its own name is the path. */
const PLAIN_FIELDS: readonly string[] = ['archive', 'file', 'files', 'files[]']

/** A file of a form. */
export interface FormFile {
  /** its path in the app, as the sender gave it, or the name of an archive */
  readonly name: string
  /** to be read to the end, or given up by `skip` */
  readonly chunks: AsyncIterable<Buffer>
  skip(): void
}

/**
 * The files of a multipart form, as they come.
 * @throws {DeployError} if it is none, or broke off
 */
export async function* filesIn(
  request: FastifyRequest,
  signal: AbortSignal,
): AsyncGenerator<FormFile> {
  if (!request.isMultipart()) {
    throw new DeployError(
      415,
      'an app is sent as a multipart form: curl -F file=@app.zip, or npm run deploy',
    )
  }
  // What has broken off already is told to nobody again: whoever reads it waits for ever.
  if (request.raw.destroyed) throw new DeployError(400, 'the upload has broken off')
  const parts = translated(request.parts({ preservePath: true }), signal)
  for await (const part of parts) {
    if (part.type === 'field') {
      const message = `${quoted(part.fieldname ?? '')} is text, not a file (with curl: -F file=@app.zip)`
      throw new DeployError(400, message)
    }
    yield fileOf(part, signal)
  }
}

function fileOf({ fieldname, filename, file }: MultipartFile, signal: AbortSignal): FormFile {
  // It breaks off with the form, whether or not anybody reads it.
  file.on('error', () => {})
  addAbortSignal(signal, file)
  const name = PLAIN_FIELDS.includes(fieldname) ? filename : fieldname
  return { name, chunks: translated<Buffer>(file, signal), skip: () => file.resume() }
}

/** What the parser refuses is the sender's fault. */
async function* translated<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    yield* source
  } catch (cause) {
    if (signal.aborted) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DeployError(400, `the upload is no whole multipart form (${reason})`, { cause })
  }
}
