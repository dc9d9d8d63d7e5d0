import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { UploadError } from './upload-error.ts'

export interface UploadRules {
  readonly maxBytes: number
  /** base64url SHA-256 that the bytes must have; undefined: any */
  readonly sha256: string | undefined
}

export function tooLarge(maxBytes: number): UploadError {
  return new UploadError(413, `the upload is larger than the ${maxBytes} bytes this box takes`)
}

/**
 * The chunks of an upload as they come. Whoever reads to the end without an error has an upload
 * that came whole and keeps the rules.
 * @throws {UploadError} at the chunk that breaks the limit, at the end for a wrong hash, or broken off
 */
export async function* checkUpload(source: Readable, rules: UploadRules): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunksOf(source)) {
    bytes += chunk.length
    if (bytes > rules.maxBytes) throw tooLarge(rules.maxBytes)
    if (rules.sha256 !== undefined) hash.update(chunk)
    yield chunk
  }
  if (rules.sha256 === undefined) return
  const actual = hash.digest('base64url')
  if (actual !== rules.sha256) {
    throw new UploadError(
      422,
      `the path ends in the hash ${rules.sha256}, but the bytes have the SHA-256 ${actual} (base64url)`,
    )
  }
}

async function* chunksOf(source: Readable): AsyncGenerator<Buffer> {
  try {
    // The sender is still to be answered: a source that is destroyed would take its connection along.
    yield* source.iterator({ destroyOnReturn: false })
  } catch (cause) {
    throw new UploadError(400, 'the upload broke off before its end', { cause })
  }
}
