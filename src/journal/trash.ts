import { randomUUID } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Where uploads go that are not in the index any more. */
export interface Trash {
  /** It has enough to do: deleting takes longer than bringing more. */
  readonly isFull: boolean
  /** Takes an upload away, at once; it is deleted beside whatever comes next. One that is gone is no error. */
  take(path: string): void
}

/** Files on their way out at once: what the end of the box may have to wait for. */
const CAPACITY = 50

export interface TrashOptions {
  readonly uploadsDir: string
  /** on the same file system */
  readonly trashDir: string
  /** What could not be deleted stays in the folder. */
  readonly onFailure: (error: unknown) => void
}

export function trashIn({ uploadsDir, trashDir, onFailure }: TrashOptions): Trash {
  let filesLeft = 0
  // A large file takes a while: one at a time leaves threads to those who upload and download.
  let deleted = Promise.resolve()
  return {
    get isFull() {
      return filesLeft >= CAPACITY
    },
    take: (path) => {
      const target = join(trashDir, randomUUID())
      if (!isMoved(join(uploadsDir, path), target)) return
      filesLeft += 1
      deleted = deleted
        .then(() => rm(target))
        .catch(onFailure)
        .finally(() => {
          filesLeft -= 1
        })
    },
  }
}

/** False if there is no such file. */
function isMoved(file: string, target: string): boolean {
  try {
    renameSync(file, target)
    return true
  } catch (error) {
    if (existsSync(file)) throw error
    return false
  }
}
