import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { syncFolder } from '../../files/sync-folder.ts'
import { DeployError, quoted } from './deploy-error.ts'
import { placeEntry } from './entry-name.ts'
import { ReleaseNames } from './release-names.ts'

/** Syncs at a time: each takes a thread, and the journal writes by the same threads. */
const SYNCS_AT_ONCE = 4
/** So many names of what was left out are told. */
const MOST_TOLD = 100

/** What the volume has left: `UploadRoom` of the uploads. */
export interface Room {
  /** Rejects, with what to answer, if so many bytes more are too many. */
  take(bytes: number): Promise<void>
}

export interface ReleaseLimits {
  /** of all files together */
  readonly maxBytes: number
  /** files and folders, those that are left out among them */
  readonly maxEntries: number
}

export interface ReleaseWriterParts {
  /** an empty folder */
  readonly dir: string
  readonly limits: ReleaseLimits
  readonly room: Room
  readonly signal: AbortSignal
}

/** Writes the files of one release into a folder of its own, and nothing anywhere else. */
export class ReleaseWriter {
  readonly #parts: ReleaseWriterParts
  readonly #names = new ReleaseNames()
  readonly #skipped = new Set<string>()
  #entries = 0
  #bytes = 0

  constructor(parts: ReleaseWriterParts) {
    this.#parts = parts
  }

  /**
   * What an entry is to become.
   * @returns its path if it is to be written; undefined: it is left out
   * @throws {DeployError} if it may not be in an app, or is one too many
   */
  admit(name: string): string | undefined {
    const { maxEntries } = this.#parts.limits
    this.#entries += 1
    const place = placeEntry(name)
    if (this.#entries > maxEntries) throw tooMany(maxEntries)
    if (place.tag === 'keep') return place.path
    this.#skipped.add(place.what)
    return undefined
  }

  /** @param path that was admitted */
  async addFolder(path: string): Promise<void> {
    await this.#makeFolders(this.#names.addFolder(path))
  }

  /** @param path that was admitted */
  async addFile(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
    const { dir, room, signal } = this.#parts
    await this.#makeFolders(this.#names.addFile(path))
    // No link is followed: `x` takes no name that is there, and all folders above are new.
    const file = await open(join(dir, path), 'wx')
    try {
      for await (const chunk of chunks) {
        signal.throwIfAborted()
        this.#count(chunk.length)
        await room.take(chunk.length)
        await file.writeFile(chunk)
      }
    } finally {
      await file.close()
    }
  }

  /** @throws {DeployError} if so many bytes more are too many: to find that out before they are there */
  announce(bytes: number): void {
    const { maxBytes } = this.#parts.limits
    if (this.#bytes + bytes > maxBytes) throw tooLarge(maxBytes)
  }

  /** Resolves once all that was written would survive a power loss. */
  async sync(): Promise<void> {
    const { dir, signal } = this.#parts
    const inTurn = pLimit(SYNCS_AT_ONCE)
    const syncAll = async (paths: readonly string[], sync: (path: string) => Promise<void>) => {
      await inTurn.map(paths, async (path) => {
        signal.throwIfAborted()
        await sync(join(dir, path))
      })
    }
    await syncAll(this.#names.list('files'), syncFile)
    await syncAll([...this.#names.list('folders'), '.'], syncFolder)
  }

  get dir(): string {
    return this.#parts.dir
  }

  /** paths, in the order in which they came */
  get files(): readonly string[] {
    return this.#names.list('files')
  }

  get bytes(): number {
    return this.#bytes
  }

  /** what was left out, a folder as one */
  get skipped(): readonly string[] {
    return [...this.#skipped].slice(0, MOST_TOLD)
  }

  #count(bytes: number): void {
    this.announce(bytes)
    this.#bytes += bytes
  }

  async #makeFolders(folders: readonly string[]): Promise<void> {
    const { dir, limits } = this.#parts
    // Folders come with their files, too.
    if (this.#names.size > limits.maxEntries) throw tooMany(limits.maxEntries)
    for (const folder of folders) await mkdir(join(dir, folder))
  }
}

async function syncFile(path: string): Promise<void> {
  // Windows syncs only what may be written.
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What to answer for an app that is too large. */
export function tooLarge(maxBytes: number): DeployError {
  return new DeployError(
    413,
    `the app is larger than ${maxBytes / 1_000_000} MB: leave out what it does not need, or have BOX_MAX_APP_MB raised`,
  )
}

function tooMany(most: number): DeployError {
  return new DeployError(
    413,
    `there are more than ${most} files and folders in it: leave out what the app does not need`,
  )
}

/** What to answer for an entry that is neither file nor folder. @param kind e.g. `a link` */
export function foreignEntry(name: string, kind: string): DeployError {
  return new DeployError(400, `${quoted(name)} is ${kind}: an app can have files and folders only`)
}
