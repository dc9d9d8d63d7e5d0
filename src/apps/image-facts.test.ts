import { expect, test } from 'vitest'
import { imageFacts } from './image-facts.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const PNG = hex('89504e470d0a1a0a 0000000d49484452 00000500 000002d0')
const GIF = Buffer.concat([Buffer.from('GIF89a'), hex('0005d002')])
/** A thumbnail of other size stands before the frame, and a marker with one 0xff more. */
const JPEG = hex('ffd8 ffe10008 ffc000110808 ffff c400041234 ffc2 0011 08 02d0 0500 03')
const webp = (kind: string, rest: string) =>
  Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), Buffer.from(kind), hex(rest)])
const LOSSY = webp('VP8 ', '00000000 000000 9d012a 0005 d002')
/** Width less one in 14 bits, then height less one. */
const LOSSLESS = webp('VP8L', `00000000 2f ${lossless(1280, 720)}`)
const EXTENDED = webp('VP8X', '0a000000 00000000 ff0400 cf0200')
const ispe = (width: number, height: number) => {
  const box = Buffer.alloc(16)
  box.write('ispe')
  box.writeUInt32BE(width, 8)
  box.writeUInt32BE(height, 12)
  return box
}
const AVIF = Buffer.concat([Buffer.from('\0\0\0\x20ftypavif'), ispe(64, 64), ispe(1280, 720)])

function lossless(width: number, height: number): string {
  const bits = Buffer.alloc(4)
  bits.writeUInt32LE((width - 1) | ((height - 1) << 14))
  return bits.toString('hex')
}

test.each([
  ['PNG', 'a.png', PNG],
  ['GIF', 'a.GIF', GIF],
  ['JPEG', 'a.jpeg', JPEG],
  ['WebP, lossy', 'a.webp', LOSSY],
  ['WebP, lossless', 'a.webp', LOSSLESS],
  ['WebP, extended', 'a.webp', EXTENDED],
  ['AVIF', 'a.avif', AVIF],
])('the size of a %s is found in its first bytes', (_kind, path, bytes) => {
  expect(imageFacts(path, bytes)).toEqual({ isDrawing: false, width: 1280, height: 720 })
})

test.each([
  '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '\uFEFF<?xml version="1.0"?>\n<!-- by hand --><!DOCTYPE svg [<!ENTITY a "b">]>\n<svg>',
])('%s is a drawing', (text) => {
  expect(imageFacts('a.svg', Buffer.from(text))).toMatchObject({ isDrawing: true })
})

test.each([
  ['a page with the name of a picture', 'a.png', Buffer.from('<!doctype html><title>404</title>')],
  ['a page with the name of a drawing', 'a.svg', Buffer.from('<!doctype html><svg></svg>')],
  ['a picture whose name says nothing', 'a', PNG],
  ['a picture with the name of a page', 'a.html', PNG],
  ['a PNG that ends early', 'a.png', PNG.subarray(0, 20)],
  ['a PNG of no height', 'a.png', Buffer.concat([PNG.subarray(0, 20), Buffer.alloc(4)])],
  ['a JPEG without a frame', 'a.jpg', hex('ffd8 ffe10004 1234 ffd9')],
  ['an AVIF without a size', 'a.avif', AVIF.subarray(0, 14)],
  ['a WebP of another kind', 'a.webp', webp('VP8?', '00'.repeat(20))],
  ['a drawing behind comments without an end', 'a.svg', Buffer.from('<!--'.repeat(50_000))],
  ['nothing', 'a.png', Buffer.alloc(0)],
])('%s is no image', (_what, path, bytes) => {
  expect(imageFacts(path, bytes)).toBeUndefined()
})
