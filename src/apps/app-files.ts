import type { Stats } from 'node:fs'
import { join } from 'node:path'
import { statOf } from './existing.ts'

/** What a path within an app leads to. */
export type Located =
  /** `path` is within the app */
  | { readonly kind: 'file'; readonly path: string; readonly stats: Stats }
  /** a folder with a page, asked for without its slash */
  | { readonly kind: 'folder' }

/**
 * @param root absolute path of the app's folder
 * @param path within it, decoded; "" and what ends in a slash is a folder's page
 * @returns undefined if there is nothing that may be had
 */
export async function locate(root: string, path: string): Promise<Located | undefined> {
  const parts = path.split('/')
  if (parts.at(-1) === '') parts[parts.length - 1] = 'index.html'
  if (!parts.every(isPlain)) return undefined
  const plain = parts.join('/')
  const stats = await statOf(join(root, plain))
  if (stats?.isFile()) return { kind: 'file', path: plain, stats }
  if (!stats?.isDirectory()) return undefined
  const page = await statOf(join(root, plain, 'index.html'))
  return page?.isFile() ? { kind: 'folder' } : undefined
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
