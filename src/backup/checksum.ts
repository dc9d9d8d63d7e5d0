import { createHash } from 'node:crypto'

/** What tells whether bytes are still the same. */
export interface Checksum {
  readonly bytes: number
  /** hexadecimal, as `sha256sum` prints it */
  readonly sha256: string
}

/** Looks at bytes on their way through. */
export interface ChecksumMeter {
  /** for `pipeline`: passes everything on as it is */
  pass(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer>
  /** of all that has passed; to be asked for once */
  result(): Checksum
}

/** @param onBytes told of each chunk's length */
export function checksumMeter(onBytes: (bytes: number) => void = () => {}): ChecksumMeter {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    async *pass(chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
        onBytes(chunk.length)
        yield chunk
      }
    },
    result: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}
