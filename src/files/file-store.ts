import { randomUUID } from 'node:crypto'
import { link, mkdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { ChunkGarbage } from './chunk-garbage.ts'
import { type FilePath, parseFilePath } from './file-path.ts'
import { FolderSyncs } from './folder-syncs.ts'
import { openFolders } from './open-folders.ts'
import { syncFolder } from './sync-folder.ts'
import { Turns } from './turns.ts'
import { type Batch, batchesOf } from './upload-batches.ts'
import { checkUpload, tooLarge } from './upload-check.ts'
import { UploadError } from './upload-error.ts'
import type { UploadRoom } from './upload-room.ts'
import { type AtDisk, writeSynced } from './write-synced.ts'

/**
 * Writes and syncs of uploads that wait for the disk at once. Each takes one of the process's threads for
 * that long (`UV_THREADPOOL_SIZE`), and the journal writes by the same threads: some must always be free.
 */
const MOST_AT_DISK = 8
/** Few uploads at a time are written in large pieces, many in small ones: all of them wait in memory. */
const FEW_UPLOADS = 16
const LARGE_BATCH_BYTES = 1_048_576
const SMALL_BATCH_BYTES = 65_536

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
  /** what uploads may take of the volume; undefined: all of it */
  readonly room?: UploadRoom | undefined
  /**
   * Notes that a file is in use, so that it stays: awaited before an upload is reported as done. Called
   * for a file that was there already (`present`), too, so that an index which missed it catches up; it
   * may take such a one away if it is damaged.
   */
  readonly onStored: (file: StoredFile, status: UploadResult['status']) => Promise<void> | void
}

export interface PutOptions {
  /** size as its sender gave it, so as to refuse before the first byte */
  readonly announcedBytes?: number
  /** uploads of different senders take turns at the disk */
  readonly sender?: string
  /** told of what came of it, whatever becomes of it */
  readonly onBytes?: (bytes: number) => void
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
   * @throws {UploadError} too large, broken off, not what its hash says, or no room on the disk
   */
  put(path: FilePath, source: Readable, options?: PutOptions): Promise<UploadResult>

  /**
   * The file of a path below `/files/`; undefined if it is not there, or no file's path at all.
   * @throws {UploadError} if nobody can tell now
   */
  stat(path: string): Promise<StoredFile | undefined>
}

/** A store in `dir`. Nothing happens before `open`. */
export function createFileStore({ dir, maxBytes, room, onStored }: FileStoreOptions): FileStore {
  const uploadsDir = join(dir, 'uploads')
  const incomingDir = join(dir, 'incoming')
  const trashDir = join(dir, 'trash')
  const disk = new Turns(MOST_AT_DISK)
  const garbage = new ChunkGarbage()
  const folders = new FolderSyncs(uploadsDir, (folder) => disk.run(() => syncFolder(folder)))
  const keptSize = sizeKeeper(uploadsDir, onStored)
  let underWay = 0

  async function store(path: string, batches: AsyncIterable<Batch>, sender = '') {
    const temporary = join(incomingDir, randomUUID())
    const target = join(uploadsDir, path)
    try {
      const atDisk: AtDisk = (work) => disk.run(work, sender)
      const written = await writeSynced(temporary, batches, { atDisk, room })
      for (;;) {
        const status = await placeOnce(temporary, target, () => folders.noteMade())
        await folders.sync(dirname(target))
        const found = status === 'stored' ? written : await sizeOf(target)
        const bytes = await keptSize(path, found, status)
        if (bytes !== undefined) return { path, bytes, status }
      }
    } finally {
      await removeIfThere(temporary)
    }
  }

  async function receive(file: FilePath, source: Readable, options: PutOptions) {
    // A source may fail before it is read for the first time. Reading finds that out; without a
    // listener it would end the process.
    source.on('error', () => {})
    const { path } = file
    const bytes = await keptSize(path, await sizeOf(join(uploadsDir, path)), 'present')
    const batchBytes = underWay > FEW_UPLOADS ? SMALL_BATCH_BYTES : LARGE_BATCH_BYTES
    const sha256 = file.kind === 'data' ? file.hash : undefined
    const rules = { maxBytes, sha256, onBytes: options.onBytes }
    const batches = checkUpload(batchesOf(source, batchBytes, garbage), rules)
    if (bytes === undefined) {
      await room?.ensure(options.announcedBytes ?? 0)
      return store(path, batches, options.sender)
    }
    await readThrough(batches)
    // Whoever wrote it may not have come this far.
    await folders.sync(dirname(join(uploadsDir, path)))
    return { path, bytes, status: 'present' as const }
  }

  return {
    uploadsDir,
    trashDir,
    maxBytes,
    open: async () => openFolders(dir, { uploadsDir, incomingDir, trashDir }),

    async put(path, source, options = {}) {
      if ((options.announcedBytes ?? 0) > maxBytes) throw tooLarge(maxBytes)
      underWay += 1
      try {
        return await receive(path, source, options)
      } catch (error) {
        throw isOneOf(error, 'ENOSPC', 'EDQUOT') ? diskFull(error) : error
      } finally {
        underWay -= 1
      }
    },

    stat: async (path) => (parseFilePath(path) ? statIn(uploadsDir, path) : undefined),
  }
}

/**
 * Tells the size of a file that is there, and will be: garbage collection may take it away until it is
 * noted as in use, so it is looked for after that. It is given the size that was found before.
 */
function sizeKeeper(uploadsDir: string, onStored: FileStoreOptions['onStored']) {
  return async (path: string, found: number | undefined, status: UploadResult['status']) => {
    if (found !== undefined) await onStored({ path, bytes: found }, status)
    return found === undefined ? undefined : sizeOf(join(uploadsDir, path))
  }
}

/**
 * Links the file to its place, in folders that may have to be made first.
 * @param onMade told if one was made
 */
async function placeOnce(
  temporary: string,
  target: string,
  onMade: () => void,
): Promise<UploadResult['status']> {
  try {
    return await linkOnce(temporary, target)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT')) throw error
  }
  const made = await mkdir(dirname(target), { recursive: true })
  if (made !== undefined) onMade()
  return linkOnce(temporary, target)
}

/** `link` fails if the target exists, so of several writers the first wins and none overwrites. */
async function linkOnce(temporary: string, target: string): Promise<UploadResult['status']> {
  try {
    await link(temporary, target)
    return 'stored'
  } catch (error) {
    if (isOneOf(error, 'EEXIST')) return 'present'
    throw error
  }
}

function diskFull(cause: unknown): UploadError {
  return new UploadError(507, 'the disk of the box is full: its owner has to make room', { cause })
}

async function readThrough(batches: AsyncIterable<Batch>): Promise<void> {
  for await (const _ of batches);
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await unlink(file)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT')) throw error
  }
}

async function statIn(uploadsDir: string, path: string): Promise<StoredFile | undefined> {
  const bytes = await sizeOf(join(uploadsDir, path))
  return bytes === undefined ? undefined : { path, bytes }
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
