import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Nobody but the user that runs the box. */
const OWNER_ONLY = 0o600

/**
 * Puts new contents in a file's place: whatever happens, it has the old or the new ones, whole and on the disk.
 * @param mode who may read it, whatever the process's mask takes away
 */
export async function replaceFile(
  path: string,
  contents: string | Uint8Array,
  mode = OWNER_ONLY,
): Promise<void> {
  const newPath = `${path}.new`
  const file = await open(newPath, 'w', OWNER_ONLY)
  try {
    await file.chmod(mode)
    await file.writeFile(contents)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(newPath, path)
  await syncFolder(dirname(path))
}

/** A file's bytes, undefined if it is not there. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Moves a file that cannot be used any more out of the way, for its owner to look at.
 * @param why one word, for its new name
 * @returns where it is now
 */
export async function setAside(path: string, wallTime: number, why = 'damaged'): Promise<string> {
  const asidePath = `${path}.${why}-${new Date(wallTime).toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(path, asidePath)
  return asidePath
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
