import { extname } from 'node:path'

/** A larger page is served as it is (bytes). */
export const MOST_PAGE_BYTES = 4_000_000
/** Likewise a script. */
export const MOST_SCRIPT_BYTES = 8_000_000

/** Whether a file of that name and size may have to be served otherwise than it is. */
export function isAdaptable(file: string, bytes: number): boolean {
  if (isPage(file)) return bytes <= MOST_PAGE_BYTES
  return isScript(file) && bytes <= MOST_SCRIPT_BYTES
}

export function isPage(file: string): boolean {
  return /^\.html?$/i.test(extname(file))
}

export function isScript(file: string): boolean {
  return /^\.[cm]?js$/i.test(extname(file))
}
