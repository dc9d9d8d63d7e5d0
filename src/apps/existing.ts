import type { Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

/** What systems say of a path that leads to nothing that may be had. */
const MISSING = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG']

export function isMissing(error: unknown): boolean {
  return MISSING.includes((error as NodeJS.ErrnoException).code ?? '')
}

/** @returns undefined if nothing is there */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** @returns undefined if it went away meanwhile */
export async function readBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}
