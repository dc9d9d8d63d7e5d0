import { createHash } from 'node:crypto'

/** SHA-256 in base64url: 43 characters, as session ids and the hashes in file names have. */
export function hashOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url')
}
