import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import { expect, it } from 'vitest'
import * as ws from 'ws'
import { encodeFrames } from './frame.ts'

// ws exports its Receiver, its types do not.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable }

/** What a web-socket client makes of these bytes. */
async function received(bytes: Buffer): Promise<string[]> {
  const texts: string[] = []
  const receiver = new Receiver({ isServer: false })
  receiver.on('message', (data: Buffer) => texts.push(data.toString()))
  Readable.from([bytes]).pipe(receiver)
  await once(receiver, 'finish')
  return texts
}

it('frames of every header size are read as they were written', async () => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 900_000].map((length) => 'x'.repeat(length))
  expect(await received(encodeFrames(texts))).toEqual(texts)
})

it('lengths are those of the UTF-8 bytes', async () => {
  const texts = ['ü'.repeat(63), '€😀'.repeat(40_000)]
  expect(await received(encodeFrames(texts))).toEqual(texts)
})

it('[FRAME2] a text over a million units becomes chunks', async () => {
  const text = 'y'.repeat(1_000_001)
  const chunks = await received(encodeFrames([text]))
  expect(chunks.map((part) => part.slice(0, 8))).toEqual(['_CHUNK10', '_CHUNK01'])
  expect(chunks.map((part) => part.slice(8)).join('')).toBe(text)
})
