import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { syncFolder } from '../files/sync-folder.ts'
import { BackupError } from './backup-error.ts'

const OWNER_ONLY = 0o600

/**
 * Makes a file that is there whole, and safe from a power failure, or not at all. Only its owner can
 * read it.
 * @param isReplaced whether one of that name may go for it
 * @param write fills and ends what it is given
 * @throws {BackupError} if there is a file of that name, or no folder for it
 */
export async function writeWholeFile<T>(
  path: string,
  isReplaced: boolean,
  write: (output: Writable) => Promise<T>,
): Promise<T> {
  if (!isReplaced && existsSync(path)) {
    throw new BackupError(`${path} is there already: use another name, or --force to replace it`)
  }
  if (!existsSync(dirname(path)))
    throw new BackupError(`there is no folder ${dirname(path)}: make it`)
  const part = `${path}.part`
  await rm(part, { force: true })
  try {
    const result = await writeSynced(part, write)
    await rename(part, path)
    await syncFolder(dirname(path))
    return result
  } finally {
    await rm(part, { force: true })
  }
}

async function writeSynced<T>(path: string, write: (output: Writable) => Promise<T>): Promise<T> {
  const handle = await open(path, 'wx', OWNER_ONLY)
  try {
    return await write(handle.createWriteStream({ flush: true }))
  } finally {
    // Not closed yet if nothing was written.
    await handle.close()
  }
}
