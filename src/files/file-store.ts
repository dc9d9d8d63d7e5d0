import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rm, stat } from 'node:fs/promises'
import { platform } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { type FilePath, parseFilePath } from './file-path.ts'
import { openFolders } from './open-folders.ts'
import { checkUpload, tooLarge } from './upload-check.ts'
import { UploadError } from './upload-error.ts'

/** A file that is on disk. */
export interface StoredFile {
  /** below the upload folder, as {@link FilePath} has it */
  readonly path: string
  readonly bytes: number
}

/** What became of an upload: `present` if there was a file of that path already, which stays. */
export interface UploadResult extends StoredFile {
  readonly status: 'stored' | 'present'
}

export interface FileStoreOptions {
  /** the box's folder; `uploads/`, `incoming/` and `trash/` are made in it, on one file system */
  readonly dir: string
  /** of one upload */
  readonly maxBytes: number
  /**
   * Notes that a file is in use, so that it stays: awaited before an upload is reported as done. Called
   * for a file that was there already (`present`), too, so that an index which missed it catches up; it
   * may take such a one away if it is damaged.
   */
  readonly onStored: (file: StoredFile, status: UploadResult['status']) => Promise<void> | void
}

/** Bytes on disk: each file written once, whole or not at all, and never changed. */
export interface FileStore {
  readonly uploadsDir: string
  /** for uploads on their way out; nothing in it is needed */
  readonly trashDir: string
  readonly maxBytes: number

  /**
   * Makes the folders and removes what a killed process left unfinished.
   * Rejects with a sentence for the owner of the box if files cannot be stored there.
   */
  open(): Promise<void>

  /**
   * Stores what `source` yields; resolves once that would survive a power loss. If it rejects,
   * nothing new is there, unless `onStored` did, and `source` may be neither ended nor destroyed.
   * @param announcedBytes size as its sender gave it, so as to refuse before the first byte
   * @throws {UploadError} too large, broken off, not what its hash says, or no room on the disk
   */
  put(path: FilePath, source: Readable, announcedBytes?: number): Promise<UploadResult>

  /** The file of a path below `/files/`; undefined if it is not there, or no file's path at all. */
  stat(path: string): Promise<StoredFile | undefined>
}

/** A store in `dir`. Nothing happens before `open`. */
export function createFileStore({ dir, maxBytes, onStored }: FileStoreOptions): FileStore {
  const uploadsDir = join(dir, 'uploads')
  const incomingDir = join(dir, 'incoming')
  const trashDir = join(dir, 'trash')

  /**
   * The size of a file that is there, and will be: garbage collection may take it away until it is noted
   * as in use, so it is looked for after that.
   */
  async function keptSize(
    path: string,
    status: UploadResult['status'],
  ): Promise<number | undefined> {
    const target = join(uploadsDir, path)
    const bytes = await sizeOf(target)
    if (bytes === undefined) return undefined
    await onStored({ path, bytes }, status)
    return sizeOf(target)
  }

  async function store(path: string, chunks: AsyncIterable<Buffer>): Promise<UploadResult> {
    const temporary = join(incomingDir, randomUUID())
    const target = join(uploadsDir, path)
    try {
      await writeSynced(temporary, chunks)
      for (;;) {
        const status = await placeOnce(temporary, target)
        await syncFolders(dirname(target), uploadsDir)
        const bytes = await keptSize(path, status)
        if (bytes !== undefined) return { path, bytes, status }
      }
    } finally {
      await rm(temporary, { force: true })
    }
  }

  async function receive(file: FilePath, source: Readable): Promise<UploadResult> {
    // A source may fail before it is read for the first time. Reading finds that out; without a
    // listener it would end the process.
    source.on('error', () => {})
    const { path } = file
    const sha256 = file.kind === 'data' ? file.hash : undefined
    const chunks = checkUpload(source, { maxBytes, sha256 })
    const bytes = await keptSize(path, 'present')
    if (bytes === undefined) return store(path, chunks)
    await readThrough(chunks)
    // Whoever wrote it may not have come this far.
    await syncFolders(dirname(join(uploadsDir, path)), uploadsDir)
    return { path, bytes, status: 'present' }
  }

  return {
    uploadsDir,
    trashDir,
    maxBytes,
    open: async () => openFolders(dir, { uploadsDir, incomingDir, trashDir }),

    async put(path, source, announcedBytes = 0) {
      if (announcedBytes > maxBytes) throw tooLarge(maxBytes)
      try {
        return await receive(path, source)
      } catch (cause) {
        if (!isOneOf(cause, 'ENOSPC', 'EDQUOT')) throw cause
        throw new UploadError(507, 'the disk of the box is full: its owner has to make room', {
          cause,
        })
      }
    },

    async stat(path) {
      if (!parseFilePath(path)) return undefined
      const bytes = await sizeOf(join(uploadsDir, path))
      return bytes === undefined ? undefined : { path, bytes }
    },
  }
}

/** `link` fails if the target exists, so of several writers the first wins and none overwrites. */
async function placeOnce(temporary: string, target: string): Promise<UploadResult['status']> {
  try {
    await mkdir(dirname(target), { recursive: true })
    await link(temporary, target)
    return 'stored'
  } catch (error) {
    if (isOneOf(error, 'EEXIST')) return 'present'
    throw error
  }
}

async function writeSynced(file: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(chunks)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readThrough(chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of chunks);
}

/** A name is safe once its folder is on disk, and a folder's own name once its parent is. */
async function syncFolders(folder: string, top: string): Promise<void> {
  // Windows opens no folder as a file; its file systems keep names in a journal.
  if (platform() === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (folder !== top) await syncFolders(dirname(folder), top)
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) return undefined
    throw error
  }
}

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
