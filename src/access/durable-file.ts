import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Nobody but the user that runs the box. */
const OWNER_ONLY = 0o600

/** Puts new contents in a file's place: whatever happens, it has the old or the new ones, whole and on the disk. */
export async function replaceFile(path: string, contents: string | Uint8Array): Promise<void> {
  const newPath = `${path}.new`
  const file = await open(newPath, 'w', OWNER_ONLY)
  try {
    await file.writeFile(contents)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(newPath, path)
  await syncFolder(dirname(path))
}

/**
 * Moves a file that cannot be used out of the way, for its owner to look at.
 * @returns where it is now
 */
export async function setAside(path: string, wallTime: number): Promise<string> {
  const asidePath = `${path}.damaged-${new Date(wallTime).toISOString().replaceAll(/[:.]/g, '-')}`
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
