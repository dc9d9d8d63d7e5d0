import { chunk } from '../protocol/chunk.ts'

/** First byte of an unfragmented text frame (RFC 6455, 5.2). */
const FINAL_TEXT = 0x81
const LENGTH_16_BITS = 126
const LENGTH_64_BITS = 127

/** The web-socket frames of one text each, finished and in one Buffer; a long text becomes chunks. */
export function encodeFrames(texts: readonly string[]): Buffer {
  return pack(texts.flatMap(chunk))
}

/** One web-socket text frame a part, whatever its length. */
export function pack(parts: readonly string[]): Buffer {
  const sizes = parts.map((part) => Buffer.byteLength(part))
  const total = sizes.reduce((sum, size) => sum + headerSize(size) + size, 0)
  const buffer = Buffer.allocUnsafe(total)
  let at = 0
  parts.forEach((part, index) => {
    at = writeHeader(buffer, at, sizes[index] ?? 0)
    at += buffer.write(part, at)
  })
  return buffer
}

function headerSize(length: number): number {
  if (length < LENGTH_16_BITS) return 2
  return length < 65_536 ? 4 : 10
}

function writeHeader(buffer: Buffer, start: number, length: number): number {
  const at = buffer.writeUInt8(FINAL_TEXT, start)
  switch (headerSize(length)) {
    case 2:
      return buffer.writeUInt8(length, at)
    case 4:
      return buffer.writeUInt16BE(length, buffer.writeUInt8(LENGTH_16_BITS, at))
    default:
      return buffer.writeBigUInt64BE(BigInt(length), buffer.writeUInt8(LENGTH_64_BITS, at))
  }
}
