import { readdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Removes a folder and all that is in it, if it is there. One file after the other: `rm` begins with all of them at
 * once, and with thousands nothing else gets its turn.
 */
export async function removeFolder(dir: string): Promise<void> {
  try {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) await removeFolder(path)
      else await unlink(path)
    }
    await rmdir(dir)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
  }
}
