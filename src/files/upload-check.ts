import { createHash } from 'node:crypto'
import type { Batch } from './upload-batches.ts'
import { UploadError } from './upload-error.ts'

export interface UploadRules {
  readonly maxBytes: number
  /** base64url SHA-256 that the bytes must have; undefined: any */
  readonly sha256: string | undefined
  /** told of what came */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

export function tooLarge(maxBytes: number): UploadError {
  const message = `the upload is larger than the ${maxBytes} bytes this box takes`
  return new UploadError(413, message, { limit: 'upload-size' })
}

/**
 * The batches of an upload as they come. Whoever reads to the end without an error has an upload
 * that came whole and keeps the rules.
 * @throws {UploadError} at the batch that breaks the limit, at the end for a wrong hash, or broken off
 */
export async function* checkUpload(
  batches: AsyncIterable<Batch>,
  rules: UploadRules,
): AsyncGenerator<Batch> {
  const hash = rules.sha256 === undefined ? undefined : createHash('sha256')
  let bytes = 0
  for await (const batch of unbroken(batches)) {
    bytes += batch.bytes
    rules.onBytes?.(batch.bytes)
    if (bytes > rules.maxBytes) throw tooLarge(rules.maxBytes)
    if (hash) for (const chunk of batch.chunks) hash.update(chunk)
    yield batch
  }
  const actual = hash?.digest('base64url')
  if (actual !== rules.sha256) {
    throw new UploadError(
      422,
      `the path ends in the hash ${rules.sha256}, but the bytes have the SHA-256 ${actual} (base64url)`,
    )
  }
}

async function* unbroken(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  try {
    yield* batches
  } catch (cause) {
    throw new UploadError(400, 'the upload broke off before its end', { cause })
  }
}
