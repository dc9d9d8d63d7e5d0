import { expect, it } from 'vitest'
import type { Sync } from '../session/ports.ts'
import { syncFrames } from './sync-frames.ts'

const BASE = {
  time: 5,
  seq: 7,
  timeline: 't',
  tove: undefined,
  flags: {},
  snapshot: undefined,
  persistedPath: undefined,
}
const run = (...texts: string[]) => ({ text: texts.join(',') })
const long = (fill: string) => JSON.stringify([1, 2, fill.repeat(600_000)])
const url = (path: string) => `http://box/files/${path}`

/** The texts of unmasked frames in a Buffer; parts of one text are put together. */
function texts(buffers: readonly Buffer[]): string[] {
  const found: string[] = []
  let bytes = Buffer.concat(buffers)
  let begun = ''
  while (bytes.length > 0) {
    const [start, end] = payloadOf(bytes)
    begun += bytes.toString('utf8', start, end)
    if (bytes.readUInt8(0) & 0x80) found.push(begun)
    if (bytes.readUInt8(0) & 0x80) begun = ''
    bytes = bytes.subarray(end)
  }
  return found
}

function payloadOf(bytes: Buffer): [start: number, end: number] {
  const length = bytes.readUInt8(1)
  if (length < 126) return [2, 2 + length]
  if (length === 126) return [4, 4 + bytes.readUInt16BE(2)]
  return [10, 10 + Number(bytes.readBigUInt64BE(2))]
}

function syncArgs(sync: Sync) {
  const frames = texts(syncFrames('S', sync, url))
  const whole = frames.length === 1 ? frames[0] : frames.map((text) => text.slice(8)).join('')
  return { frames, args: JSON.parse(whole ?? '').args }
}

it('a short SYNC is one frame', () => {
  const { frames, args } = syncArgs({
    ...BASE,
    runs: [run('[1,2,"a"]', '[1,3,"b"]'), run('[1,4,"c"]')],
  })
  expect(frames).toHaveLength(1)
  expect(args).toMatchObject({ url: '', time: 5, seq: 7, reflector: 'box' })
  expect(args.messages).toEqual([
    [1, 2, 'a'],
    [1, 3, 'b'],
    [1, 4, 'c'],
  ])
})

it('[SYNC5] a long one is chunks, each at most a million units, that make one JSON object', () => {
  const runs = [run(long('a')), run(long('b'), long('c')), run('[9,9,"d"]')]
  const { frames, args } = syncArgs({ ...BASE, runs })
  expect(frames.map((text) => text.slice(0, 8))).toEqual([
    '_CHUNK10',
    '_CHUNK00',
    '_CHUNK00',
    '_CHUNK00',
    '_CHUNK01',
  ])
  expect(Math.max(...frames.map((text) => text.length - 8))).toBeLessThanOrEqual(1_000_000)
  expect(args.messages).toHaveLength(4)
})

it('from 64 KB on joiners share the frame with the messages', () => {
  const runs = [run('[1,2,"a"]'), run(JSON.stringify([1, 3, 'b'.repeat(70_000)]))]
  const [headA, bodyA, ...none] = syncFrames('S', { ...BASE, runs }, url)
  const [headB, bodyB] = syncFrames('S', { ...BASE, time: 6, runs }, url)
  expect(none).toEqual([])
  expect(headA).not.toEqual(headB)
  expect(bodyA).toBe(bodyB)
  expect(syncArgs({ ...BASE, runs }).args.messages).toHaveLength(2)
  expect(syncArgs({ ...BASE, runs: runs.slice(1) }).args.messages).toHaveLength(1)
})

it('joiners share the chunks of the same runs', () => {
  const runs = [run(long('a')), run(long('b'))]
  const [headA, ...restA] = syncFrames('S', { ...BASE, runs }, url)
  const [headB, ...restB] = syncFrames('S', { ...BASE, time: 6, runs }, url)
  expect(headA).not.toEqual(headB)
  expect(restA.every((frame, index) => frame === restB[index])).toBe(true)
})

it('a run that was last for one joiner and is not for the next is framed anew', () => {
  const [a, b] = [run(long('a')), run(long('b'))]
  expect(syncArgs({ ...BASE, runs: [a, b] }).args.messages).toHaveLength(2)
  expect(syncArgs({ ...BASE, runs: [a, b, run('[1,2,"c"]')] }).args.messages).toHaveLength(3)
})

it('[URL1] a snapshot comes with its time and seq, persisted data with a mark, by a URL of this joiner', () => {
  const snapshot = { path: 'p', hash: 'h', time: 3, seq: 4, position: 1 }
  const fromSnapshot = syncArgs({ ...BASE, snapshot, persistedPath: 'q', runs: [] }).args
  expect(fromSnapshot).toMatchObject({ url: 'http://box/files/p', snapshotTime: 3, snapshotSeq: 4 })
  expect(fromSnapshot).not.toHaveProperty('persisted')
  const fromData = syncArgs({ ...BASE, persistedPath: 'q', runs: [] }).args
  expect(fromData).toMatchObject({ url: 'http://box/files/q', persisted: true, messages: [] })
  expect(fromData).not.toHaveProperty('snapshotSeq')
})
