import type { FileStore } from './files/file-store.ts'
import { UploadError } from './files/upload-error.ts'
import type { FolderWatch } from './system/folder-watch.ts'

/**
 * Files in a folder that may be unmounted or replaced: nothing is written then, and nothing passes for
 * missing that only cannot be seen.
 */
export function watchedFiles(files: FileStore, watch: FolderWatch): FileStore {
  return {
    ...files,
    put: async (...upload) => {
      await refuseWhileAmiss(watch)
      return files.put(...upload)
    },
    stat: async (path) => {
      const file = await files.stat(path)
      if (!file) await refuseWhileAmiss(watch)
      return file
    },
  }
}

/** @throws {UploadError} with a sentence for whoever asked */
export async function refuseWhileAmiss(watch: FolderWatch): Promise<void> {
  const fault = await watch.look()
  if (fault !== undefined) throw new UploadError(503, `the box cannot store anything: ${fault}`)
}
