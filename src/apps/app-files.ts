import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { statOf } from './existing.ts'

/** What a path within an app leads to. */
export type Located =
  /** `path` is within the app */
  | { readonly kind: 'file'; readonly path: string; readonly stats: Stats }
  /** a folder with a page, asked for without its slash */
  | { readonly kind: 'folder' }
  /** a page without its suffix, asked for as if it were a folder */
  | { readonly kind: 'page' }

const PAGE = 'index.html'
/** Builds leave it out of their links: `/about` is `about.html`. */
const PAGE_SUFFIX = '.html'

/**
 * Files and folders go before pages whose suffix is left out.
 * @param root absolute path of the app's folder
 * @param path within it, decoded; "" and what ends in a slash is a folder's page
 * @returns undefined if there is nothing that may be had
 */
export async function locate(root: string, path: string): Promise<Located | undefined> {
  const parts = path.split('/')
  const isFolder = parts.at(-1) === ''
  if (isFolder) parts.pop()
  if (!parts.every(isPlain)) return undefined
  const plain = parts.join('/')
  const file = isFolder ? undefined : await fileIn(root, plain)
  if (file) return file
  const page = await fileIn(root, plain === '' ? PAGE : `${plain}/${PAGE}`)
  if (page) return isFolder ? page : { kind: 'folder' }
  const bare = plain === '' ? undefined : await fileIn(root, plain + PAGE_SUFFIX)
  return bare && isFolder ? { kind: 'page' } : bare
}

async function fileIn(root: string, path: string) {
  const stats = await statOf(join(root, path))
  return stats?.isFile() ? ({ kind: 'file', path, stats } as const) : undefined
}

/**
 * The file within an app that an address means when the app is all there is at its host.
 * @param pathname of the address, which begins with a slash
 * @returns its path within the app; undefined if it has none there
 */
export async function fileAt(root: string, pathname: string): Promise<string | undefined> {
  const located = await locate(root, decoded(pathname).replace(/^\/+/, ''))
  return located?.kind === 'file' ? located.path : undefined
}

/** As it is if it is no percent-encoding. */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Neither empty, nor hidden, nor a way up, nor something that systems read in another way. */
function isPlain(part: string): boolean {
  return part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part)
}
