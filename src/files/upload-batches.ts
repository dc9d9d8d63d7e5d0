import { finished, type Readable } from 'node:stream'
import type { ChunkGarbage } from './chunk-garbage.ts'

/** A batch that does not fill is handed on after so long (ms). */
const GATHER_MS = 5
/** As many pieces as the system writes at once. */
const MOST_CHUNKS = 1024

/** What came of an upload in a row. */
export interface Batch {
  readonly chunks: readonly Buffer[]
  readonly bytes: number
}

/**
 * The chunks of an upload, many at a time: each batch costs a way to the disk and back. While one is
 * written the next one gathers; the source stands still when that is full. The end is reached without an
 * error only by a source that came whole. The source is neither ended nor destroyed, and left paused.
 * @param mostBytes from so many on, a batch is full
 * @param garbage what a batch is when the next one is asked for
 */
export async function* batchesOf(
  source: Readable,
  mostBytes: number,
  garbage: ChunkGarbage,
): AsyncGenerator<Batch> {
  let chunks: Buffer[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let ready = Promise.withResolvers<void>()
  const whole = Promise.withResolvers<void>()
  let isOver = false

  function take(chunk: Buffer): void {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < mostBytes && chunks.length < MOST_CHUNKS) {
      timer ??= setTimeout(() => ready.resolve(), GATHER_MS)
      return
    }
    source.pause()
    ready.resolve()
  }

  // Who stops in between does not want to know.
  whole.promise.catch(() => {})
  const forget = finished(source, { writable: false }, (error) => {
    isOver = true
    if (error) whole.reject(error)
    else whole.resolve()
    ready.resolve()
  })
  source.on('data', take)
  try {
    for (;;) {
      await ready.promise
      clearTimeout(timer)
      timer = undefined
      if (isOver) await whole.promise
      const batch = { chunks, bytes }
      chunks = []
      bytes = 0
      if (batch.bytes === 0 && isOver) return
      if (!isOver) ready = Promise.withResolvers<void>()
      source.resume()
      yield batch
      garbage.add(batch.bytes)
    }
  } finally {
    clearTimeout(timer)
    forget()
    source.off('data', take).pause()
  }
}
