import { dirname } from 'node:path'

/** Folders whose own names are known to be on disk; past that, all are found out anew. */
const MOST_KNOWN = 10_000

/**
 * Has the disk keep the names of files: a name is safe once its folder is on disk, and a folder's own
 * name once its parent is. Those who ask for the same folder at the same time share one sync, and a
 * folder that has been there is not asked for in its parent again.
 */
export class FolderSyncs {
  readonly #top: string
  readonly #syncFolder: (folder: string) => Promise<void>
  readonly #known = new Set<string>()
  readonly #underWay = new Map<string, Promise<void>>()
  /** behind one that is under way, and may have begun too early for who asks now */
  readonly #next = new Map<string, Promise<void>>()

  /**
   * @param top a folder whose own name is on disk
   * @param syncFolder puts the names in one folder on disk
   */
  constructor(top: string, syncFolder: (folder: string) => Promise<void>) {
    this.#top = top
    this.#syncFolder = syncFolder
  }

  /**
   * Resolves once all names that are in `folder` now, and those of it and the folders above it, would
   * survive a power loss.
   * @param folder `top` or below it
   */
  async sync(folder: string): Promise<void> {
    await Promise.all([this.#share(folder), this.#syncName(folder)])
  }

  /** To be told when a folder was made, before it is synced: it, or one in it, may have been known. */
  noteMade(): void {
    this.#known.clear()
  }

  async #syncName(folder: string): Promise<void> {
    if (folder === this.#top || this.#known.has(folder)) return
    await this.sync(dirname(folder))
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.add(folder)
  }

  #share(folder: string): Promise<void> {
    const next = this.#next.get(folder)
    if (next) return next
    const before = this.#underWay.get(folder)
    if (!before) return this.#start(folder)
    const start = () => {
      this.#next.delete(folder)
      return this.#start(folder)
    }
    const behind = before.then(start, start)
    this.#next.set(folder, behind)
    return behind
  }

  #start(folder: string): Promise<void> {
    const sync = this.#syncFolder(folder).finally(() => this.#underWay.delete(folder))
    this.#underWay.set(folder, sync)
    return sync
  }
}
