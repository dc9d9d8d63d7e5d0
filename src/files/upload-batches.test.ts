import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChunkGarbage } from './chunk-garbage.ts'
import { type Batch, batchesOf } from './upload-batches.ts'

const MOST_BYTES = 10

let source: Readable
let batches: AsyncGenerator<Batch>

beforeEach(() => {
  source = new Readable({ read() {} })
  batches = batchesOf(source, MOST_BYTES, new ChunkGarbage(() => () => {}))
})

afterEach(() => {
  vi.useRealTimers()
})

function push(...chunks: readonly string[]): void {
  for (const chunk of chunks) source.push(Buffer.from(chunk))
}

async function nextText(): Promise<string | undefined> {
  const { value, done } = await batches.next()
  return done ? undefined : Buffer.concat(value.chunks).toString()
}

describe('batches', () => {
  test('hold many chunks, and all of them in their order', async () => {
    push('12', '34', '5')
    source.push(null)
    expect(await batches.next()).toMatchObject({ value: { bytes: 5 }, done: false })
    expect(await nextText()).toBeUndefined()
  })

  test('are handed on when they are full, while the source stands still', async () => {
    push('1234567890', 'abc')
    expect(await nextText()).toBe('1234567890')
    push('defghijk')
    await new Promise(setImmediate)
    expect(source.isPaused()).toBe(true)
    source.push(null)
    expect(await nextText()).toBe('abcdefghijk')
    expect(await nextText()).toBeUndefined()
  })

  test('are full when they have as many chunks as can be written at once', async () => {
    const small = batchesOf(source, 1_000_000, new ChunkGarbage(() => () => {}))
    push(...Array.from({ length: 1500 }, () => 'x'))
    source.push(null)
    expect(await small.next()).toMatchObject({ value: { bytes: 1024 } })
    expect(await small.next()).toMatchObject({ value: { bytes: 476 } })
  })

  test('do not wait for long until they are full', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const next = nextText()
    push('12')
    await new Promise(setImmediate)
    expect(vi.getTimerCount()).toBe(1)
    vi.runAllTimers()
    expect(await next).toBe('12')
    await batches.return(undefined)
  })

  test('fail with their source, and leave no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const next = nextText()
    push('12')
    await new Promise(setImmediate)
    source.destroy(new Error('connection lost'))
    await expect(next).rejects.toThrow('connection lost')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('leave a source that is not needed any more paused, with no listener', async () => {
    const before = source.listenerCount('data')
    push('1234567890')
    await batches.next()
    await batches.return(undefined)
    expect(source.isPaused()).toBe(true)
    expect(source.destroyed).toBe(false)
    expect(source.listenerCount('data')).toBe(before)
    expect(source.listenerCount('end')).toBe(0)
  })
})
