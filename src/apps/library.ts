import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * The npm packages whose files pages may load, as they are installed here, and the folders with the
 * files for browsers. Of several versions of one package, each installed by an alias, the first is
 * the one that an address without a version leads to.
 */
const SERVED_FOLDERS: Readonly<Record<string, readonly string[]>> = {
  '@croquet/croquet': ['pub'],
  '@multisynq/client': ['bundled', 'dist'],
  'qrcode-generator': ['dist'],
  three: ['build'],
  uplot: ['dist'],
}

/** A package that the box serves. */
export interface Library {
  readonly name: string
  readonly version: string
  /** the package's folder on disk */
  readonly root: string
  readonly folders: readonly string[]
}

/** The served packages, as installed. Rejects, naming the package, if one is not. */
export function findLibraries(): Promise<readonly Library[]> {
  return Promise.all(
    Object.entries(SERVED_FOLDERS).map(async ([installed, folders]) => {
      const root = findPackageRoot(installed)
      const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
      return { name, version, root, folders }
    }),
  )
}

/** Whether a path within a package may be had: what is for browsers, its licence, its description. */
export function isServed({ folders }: Library, path: string): boolean {
  if (/^(LICENSE(\.\w+)?|package\.json)$/.test(path)) return true
  return folders.some((folder) => path.startsWith(`${folder}/`))
}

/** Looks where Node would, but for the folder: `exports` of a package may hide its package.json. */
function findPackageRoot(installed: string): string {
  for (const folder of createRequire(import.meta.url).resolve.paths(installed) ?? []) {
    const root = join(folder, installed)
    if (existsSync(join(root, 'package.json'))) return root
  }
  throw new Error(`the package ${installed} is not installed: run npm ci`)
}
