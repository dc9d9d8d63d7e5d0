import { lstatSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Folders {
  readonly uploadsDir: string
  /** on the same file system */
  readonly quarantineDir: string
}

/**
 * Moves a file or folder out of the uploads, to the same path in quarantine, or to one with a number
 * at its end if that is taken: nothing is overwritten.
 * @throws {Error} of the file system, if it stays where it was
 */
export function quarantine({ uploadsDir, quarantineDir }: Folders, path: string): void {
  const target = freePath(join(quarantineDir, path))
  mkdirSync(dirname(target), { recursive: true })
  renameSync(join(uploadsDir, path), target)
}

function freePath(path: string): string {
  if (isFree(path)) return path
  let number = 1
  while (!isFree(`${path}.${number}`)) number++
  return `${path}.${number}`
}

function isFree(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined
}
