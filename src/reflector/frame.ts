import { chunk, isLong } from '../protocol/chunk.ts'

/** First byte of a web-socket frame (RFC 6455, 5.2): a whole text, or the first or last part of one. */
const FIRST_BYTE = { whole: 0x81, first: 0x01, last: 0x80 } as const
const LENGTH_16_BITS = 126
const LENGTH_64_BITS = 127

/** The web-socket frames of one text each, finished and in one Buffer; a long text becomes chunks. */
export function encodeFrames(texts: readonly string[]): Buffer {
  return pack(texts.some(isLong) ? texts.flatMap(chunk) : texts)
}

/**
 * One web-socket frame a text, whatever its length.
 * @param part whether they are whole, or begin or end a text that is sent in two frames
 */
export function pack(texts: readonly string[], part: keyof typeof FIRST_BYTE = 'whole'): Buffer {
  const sizes: number[] = []
  let total = 0
  for (const text of texts) {
    const size = Buffer.byteLength(text)
    sizes.push(size)
    total += headerSize(size) + size
  }
  const buffer = Buffer.allocUnsafe(total)
  let at = 0
  for (const [index, text] of texts.entries()) {
    at = writeHeader(buffer, at, FIRST_BYTE[part], sizes[index] ?? 0)
    at += buffer.write(text, at)
  }
  return buffer
}

/** One web-socket frame of a text that is given in pieces, which are not joined first. */
export function packPieces(pieces: readonly string[]): Buffer {
  const size = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
  const buffer = Buffer.allocUnsafe(headerSize(size) + size)
  let at = writeHeader(buffer, 0, FIRST_BYTE.whole, size)
  for (const piece of pieces) at += buffer.write(piece, at)
  return buffer
}

function headerSize(length: number): number {
  if (length < LENGTH_16_BITS) return 2
  return length < 65_536 ? 4 : 10
}

function writeHeader(buffer: Buffer, start: number, firstByte: number, length: number): number {
  const at = buffer.writeUInt8(firstByte, start)
  switch (headerSize(length)) {
    case 2:
      return buffer.writeUInt8(length, at)
    case 4:
      return buffer.writeUInt16BE(length, buffer.writeUInt8(LENGTH_16_BITS, at))
    default:
      return buffer.writeBigUInt64BE(BigInt(length), buffer.writeUInt8(LENGTH_64_BITS, at))
  }
}
