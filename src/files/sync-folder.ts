import { open } from 'node:fs/promises'
import { platform } from 'node:os'

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
