import { type FileHandle, open } from 'node:fs/promises'
import type { Batch } from './upload-batches.ts'
import type { UploadRoom } from './upload-room.ts'

/** Does something at the disk when it is its turn. */
export type AtDisk = (work: () => Promise<void>) => Promise<void>

interface DiskAccess {
  readonly atDisk: AtDisk
  /** undefined: as much as the disk has */
  readonly room: UploadRoom | undefined
}

/**
 * Writes a new file. Resolves with the number of bytes, once they would survive a power loss.
 * @throws {UploadError} if there is no room for them
 */
export async function writeSynced(
  path: string,
  batches: AsyncIterable<Batch>,
  { atDisk, room }: DiskAccess,
): Promise<number> {
  const file = await open(path, 'wx')
  try {
    let written = 0
    for await (const batch of batches) {
      await atDisk(async () => {
        await room?.take(batch.bytes)
        await append(file, batch)
      })
      written += batch.bytes
    }
    await atDisk(() => file.sync())
    return written
  } finally {
    await file.close()
  }
}

async function append(file: FileHandle, { chunks, bytes }: Batch): Promise<void> {
  const { bytesWritten } = await file.writev(chunks)
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(chunks).subarray(bytesWritten))
}
