import type { Stats } from 'node:fs'
import { LRUCache } from 'lru-cache'
import type { AdaptedFile, ServedFile } from './adapt-file.ts'
import { isAdaptable } from './adaptable.ts'
import type { Workshop } from './workshop.ts'

/** Adapted files are kept up to this in all (bytes). */
const MOST_KEPT_BYTES = 64_000_000
/** A file that could not be adapted is served as it is for so long, and not tried again (ms). */
const FAILED_MS = 60_000
/** What an entry takes besides the file (bytes). */
const ENTRY_BYTES = 1000

interface Adaptation {
  /** undefined: the file is served as it is */
  readonly file: AdaptedFile | undefined
}

/** Files of apps as they are served, each adapted once as long as it does not change. */
export class Adaptations {
  readonly #kept: LRUCache<string, Adaptation, ServedFile>
  /** @param onFailure told why a file could not be adapted */
  constructor(workshop: Workshop, onFailure: (error: unknown, file: string) => void) {
    this.#kept = new LRUCache({
      maxSize: MOST_KEPT_BYTES,
      sizeCalculation: ({ file }) => ENTRY_BYTES + (file?.body.length ?? 0),
      fetchMethod: async (_key, _stale, { context, options }) => {
        try {
          return { file: await workshop.adapt(context) }
        } catch (error) {
          onFailure(error, context.file)
          options.ttl = FAILED_MS
          return { file: undefined }
        }
      },
    })
  }

  /** @returns undefined if the file is to be served as it is */
  async of(served: ServedFile, { mtimeMs, size }: Stats): Promise<AdaptedFile | undefined> {
    const { file, path } = served
    if (!isAdaptable(file, size)) return undefined
    const key = [file, mtimeMs, size, path].join('\0')
    return (await this.#kept.fetch(key, { context: served }))?.file
  }
}
