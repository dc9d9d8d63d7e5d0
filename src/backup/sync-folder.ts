import { open, readdir } from 'node:fs/promises'
import { platform } from 'node:os'
import { join } from 'node:path'

/** Resolves once the names in the folder would survive a power loss. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder as a file; its file systems keep names in a journal.
  if (platform() === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The same for the folder and all folders in it. */
export async function syncFolders(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(path, entry.name))
  }
  await syncFolder(path)
}
