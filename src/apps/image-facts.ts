import { extname } from 'node:path'

/** What can be told of an image by its first bytes. A drawing (SVG) has no size of its own. */
export interface ImageFacts {
  readonly isDrawing: boolean
  readonly width: number
  readonly height: number
}

type Size = readonly [width: number, height: number]

const DRAWING = /^\.svg$/i
/** By the end of a file's name, since the box tells browsers its type by that. */
const PHOTO = /^\.(?:png|jpe?g|webp|avif|gif)$/i
/** What stands before a drawing's first tag is not longer (bytes). */
const MOST_PROLOGUE = 16_384
const COMMENTS = /<!--.*?-->/gs
const DRAWING_BEGINS =
  /^\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>\s*)?<svg[\s/>]/i
/** Markers of a JPEG behind which its size stands; three numbers among them mean something else. */
const [FIRST_FRAME, LAST_FRAME] = [0xc0, 0xcf]
const NO_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc]

/** Whether a file of that name may be an image that browsers show. */
export function isImageName(path: string): boolean {
  return DRAWING.test(extname(path)) || PHOTO.test(extname(path))
}

/** @returns undefined if it is no image that browsers show by that name */
export function imageFacts(path: string, bytes: Buffer): ImageFacts | undefined {
  if (DRAWING.test(extname(path))) {
    const begin = bytes.toString('utf8', 0, MOST_PROLOGUE).replace(/^\uFEFF/, '')
    const isOne = DRAWING_BEGINS.test(begin.replace(COMMENTS, ''))
    return isOne ? { isDrawing: true, width: 0, height: 0 } : undefined
  }
  if (!PHOTO.test(extname(path))) return undefined
  try {
    const [width, height] = sizeOf(bytes) ?? [0, 0]
    return width > 0 && height > 0 ? { isDrawing: false, width, height } : undefined
  } catch (error) {
    // It ends before it says how large it is.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function sizeOf(bytes: Buffer): Size | undefined {
  if (bytes.readUInt32BE(0) === 0x89504e47) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const begin = bytes.toString('latin1', 0, 16)
  if (/^GIF8[79]a/.test(begin)) return [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]
  if (/^RIFF.{4}WEBP/s.test(begin)) return sizeOfWebp(begin.slice(12), bytes)
  if (/^.{4}ftypavi[fs]/s.test(begin)) return sizeOfAvif(bytes)
  return bytes.readUInt16BE(0) === 0xffd8 ? sizeOfJpeg(bytes) : undefined
}

function sizeOfWebp(kind: string, bytes: Buffer): Size | undefined {
  if (kind === 'VP8X') return [bytes.readUIntLE(24, 3) + 1, bytes.readUIntLE(27, 3) + 1]
  if (kind === 'VP8 ') return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
  if (kind !== 'VP8L') return undefined
  const bits = bytes.readUInt32LE(21)
  return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
}

/** It may be made of several: the size is that of the largest. */
function sizeOfAvif(bytes: Buffer): Size {
  let size: Size = [0, 0]
  for (let at = bytes.indexOf('ispe'); at >= 0; at = bytes.indexOf('ispe', at + 4)) {
    const found: Size = [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)]
    if (found[0] * found[1] > size[0] * size[1]) size = found
  }
  return size
}

function sizeOfJpeg(bytes: Buffer): Size | undefined {
  let at = 2
  while (bytes.readUInt8(at) === 0xff) {
    const marker = bytes.readUInt8(at + 1)
    const isFrame = marker >= FIRST_FRAME && marker <= LAST_FRAME && !NO_FRAMES.includes(marker)
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)]
    // One 0xff more may stand before a marker.
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}
