import type { Stats } from 'node:fs'
import { LRUCache } from 'lru-cache'
import type { AdaptedFile, ServedFile } from './adapt-file.ts'
import { isAdaptable } from './adaptable.ts'
import type { Workshop } from './workshop.ts'

/** Adapted files are kept up to this in all (bytes). */
const MOST_KEPT_BYTES = 64_000_000
/** What an entry takes besides the file (bytes). */
const ENTRY_BYTES = 1000

interface Adaptation {
  /** undefined: the file is served as it is */
  readonly file: AdaptedFile | undefined
}

/** Files of apps as they are served, each adapted once as long as it does not change. */
export class Adaptations {
  readonly #kept: LRUCache<string, Adaptation, ServedFile>
  readonly #onFailure: (error: unknown, file: string) => void

  /** @param onFailure told why a file could not be adapted */
  constructor(workshop: Workshop, onFailure: (error: unknown, file: string) => void) {
    this.#onFailure = onFailure
    this.#kept = new LRUCache({
      maxSize: MOST_KEPT_BYTES,
      sizeCalculation: ({ file }) => ENTRY_BYTES + (file?.body.length ?? 0),
      fetchMethod: async (_key, _stale, { context }) => ({ file: await workshop.adapt(context) }),
    })
  }

  /** @returns undefined if the file is to be served as it is */
  async of(served: ServedFile, { mtimeMs, size }: Stats): Promise<AdaptedFile | undefined> {
    const { file, path, told } = served
    if (!isAdaptable(file, size)) return undefined
    const key = [file, mtimeMs, size, path, told].join('\0')
    try {
      return (await this.#kept.fetch(key, { context: served }))?.file
    } catch (error) {
      this.#onFailure(error, file)
      return undefined
    }
  }
}
