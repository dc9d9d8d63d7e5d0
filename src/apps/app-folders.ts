import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing, statOf } from './existing.ts'

/** What can be the name of a folder, and of nothing beside or above it. */
const FOLDER_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,99}$/u

/** Apps that were deployed to the box. */
export interface DeployedApps {
  list(): ReadonlyArray<{ readonly name: string }>
  /** absolute path of the release that is active; undefined: there is no such app */
  activeFolder(name: string): string | undefined
  /** Has somebody told of each change of these. @returns ends that */
  onChange(listener: () => void): () => void
}

/** Where the files of an app are. */
export interface AppFolder {
  readonly name: string
  /** absolute path */
  readonly root: string
  /** it was deployed: what is in it never changes */
  readonly isRelease: boolean
}

/** The apps below `/apps/`: those that were deployed, and folders that were put into `web/apps/` by hand. */
export class AppFolders {
  readonly #deployed: DeployedApps
  readonly #byHand: string

  /** @param webDir absolute path of the folder that is served at `/` */
  constructor(deployed: DeployedApps, webDir: string) {
    this.#deployed = deployed
    this.#byHand = join(webDir, 'apps')
  }

  /** Has somebody told of each app that was deployed, deleted, or has another release. @returns ends that */
  onChange(listener: () => void): () => void {
    return this.#deployed.onChange(listener)
  }

  /** Where an app of that name is, or would be. A release goes before a folder of the same name. */
  find(name: string): AppFolder | undefined {
    if (!FOLDER_NAME.test(name)) return undefined
    const release = this.#deployed.activeFolder(name)
    if (release !== undefined) return { name, root: release, isRelease: true }
    return { name, root: join(this.#byHand, name), isRelease: false }
  }

  /** Whether there is a page for an app. */
  async has(name: string): Promise<boolean> {
    const folder = this.find(name)
    return folder !== undefined && (await hasPage(folder))
  }

  /** All that have a page, by name. */
  async list(): Promise<AppFolder[]> {
    const deployed = this.#deployed.list().map(({ name }) => name)
    const names = new Set([...deployed, ...(await foldersIn(this.#byHand))])
    const folders = [...names].toSorted().flatMap((name) => this.find(name) ?? [])
    return withPage(folders)
  }
}

/** Folders in a folder that have a page; none if there is no such folder. */
export async function pageFolders(dir: string): Promise<AppFolder[]> {
  const names = (await foldersIn(dir)).filter((name) => FOLDER_NAME.test(name)).toSorted()
  return withPage(names.map((name) => ({ name, root: join(dir, name), isRelease: false })))
}

async function foldersIn(dir: string): Promise<string[]> {
  try {
    // A link to a folder is none here, but may be what somebody put there.
    const entries = await readdir(dir, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

async function withPage(folders: readonly AppFolder[]): Promise<AppFolder[]> {
  const pages = await Promise.all(folders.map(hasPage))
  return folders.filter((_, index) => pages[index])
}

async function hasPage({ root }: AppFolder): Promise<boolean> {
  return (await statOf(join(root, 'index.html')))?.isFile() ?? false
}
