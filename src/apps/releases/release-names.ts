import { dirname } from 'node:path/posix'
import { DeployError, quoted } from './deploy-error.ts'

interface Known {
  readonly path: string
  readonly isFolder: boolean
}

/** The names in one release: no two may be one and the same where capitals make no difference. */
export class ReleaseNames {
  /** by path in small letters */
  readonly #known = new Map<string, Known>()

  /**
   * Takes a file, and the folders that it is in.
   * @returns the folders that were not there before, the outermost first
   * @throws {DeployError} if its place is taken
   */
  addFile(path: string): readonly string[] {
    const folders = this.addFolder(dirname(path))
    const key = path.toLowerCase()
    const known = this.#known.get(key)
    if (known) throw clash(path, known, false)
    this.#known.set(key, { path, isFolder: false })
    return folders
  }

  /** Likewise, for a folder. @param path "." is the release itself */
  addFolder(path: string): readonly string[] {
    if (path === '.') return []
    const key = path.toLowerCase()
    const known = this.#known.get(key)
    if (known?.isFolder && known.path === path) return []
    if (known) throw clash(path, known, true)
    const above = this.addFolder(dirname(path))
    this.#known.set(key, { path, isFolder: true })
    return [...above, path]
  }

  get size(): number {
    return this.#known.size
  }

  list(kind: 'files' | 'folders'): readonly string[] {
    const isWanted = ({ isFolder }: Known) => isFolder === (kind === 'folders')
    return [...this.#known.values()].filter(isWanted).map(({ path }) => path)
  }
}

function clash(path: string, known: Known, isFolder: boolean): DeployError {
  const name = quoted(path)
  if (known.path !== path) {
    return new DeployError(
      400,
      `${name} and ${quoted(known.path)} differ only in capitals, which many disks take for the same: rename one`,
    )
  }
  const reason = isFolder === known.isFolder ? 'is in it twice' : 'is a file and a folder in it'
  return new DeployError(400, `${name} ${reason}`)
}
