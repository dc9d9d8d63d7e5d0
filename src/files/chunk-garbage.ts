import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** So much may lie about (bytes): V8 looks through everything at some tens of millions. */
const MOST_BYTES = 8_000_000

type Collect = (options: { readonly type: 'minor' }) => void

/**
 * Clears away the chunks of uploads. Each is a little object with its bytes outside of V8's heap, so the
 * part of the heap for young objects does not fill, while V8 sees memory grow and goes through the whole
 * heap, again and again: more work than all the rest of an upload. A look at the young objects does.
 */
export class ChunkGarbage {
  readonly #collect: () => Collect | undefined
  #collector: Collect | undefined
  #bytes = 0

  constructor(collect: () => Collect | undefined = exposeCollector) {
    this.#collect = collect
  }

  /** So many bytes of chunks are not needed any more. */
  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < MOST_BYTES) return
    this.#bytes = 0
    this.#collector ??= this.#collect()
    this.#collector?.({ type: 'minor' })
  }
}

/** V8 shows it to contexts made while the flag is set, and to no others; undefined if it does not. */
function exposeCollector(): Collect | undefined {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('globalThis.gc')
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
