import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../files/sync-folder.ts'

/** Resolves once the names in the folder and in all folders in it would survive a power loss. */
export async function syncFolders(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(path, entry.name))
  }
  await syncFolder(path)
}
