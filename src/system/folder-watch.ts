import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** So often it is looked whether all is there (ms). */
const LOOK_EVERY_MS = 1000

export interface FolderWatchOptions {
  readonly dir: string
  /** files and folders in it that stay the same for as long as they are in use */
  readonly names: readonly string[]
  /** whether the file system gives a file the same number for as long as it is there */
  readonly hasNumbers: boolean
  /** Told when something is amiss, and when that is over. */
  readonly onChange: (fault: string | undefined) => void
}

/**
 * Looks whether a folder is still the one that was opened. Open files stay where they were, when a folder
 * is unmounted, removed or replaced; what is opened by its path would go elsewhere.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions
  readonly #numbers = new Map<string, string>()
  #fault: string | undefined
  #timer: NodeJS.Timeout | undefined
  #look: Promise<string | undefined> | undefined

  constructor(options: FolderWatchOptions) {
    this.#options = options
  }

  /** What is amiss, in words; undefined: nothing, as far as it was looked at. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** What is there now is what has to be there. */
  async start(): Promise<void> {
    for (const name of this.#options.names) this.#numbers.set(name, await this.#numberOf(name))
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  /** Looks at once, unless it is looking; tells what is amiss. */
  look(): Promise<string | undefined> {
    // A drive that does not answer must not take a thread each second.
    this.#look ??= this.#lookAtAll().finally(() => {
      this.#look = undefined
    })
    return this.#look
  }

  /** Nothing is amiss any more: whoever uses the folder ends, with the files that are open. */
  stop(): void {
    clearInterval(this.#timer)
    this.#numbers.clear()
    this.#fault = undefined
  }

  async #lookAtAll(): Promise<string | undefined> {
    const fault = await this.#faultNow()
    const isStopped = this.#numbers.size === 0
    if (isStopped || fault === this.#fault) return this.#fault
    this.#fault = fault
    this.#options.onChange(fault)
    return fault
  }

  async #faultNow(): Promise<string | undefined> {
    const { dir } = this.#options
    for (const [name, number] of this.#numbers) {
      const path = join(dir, name)
      try {
        if ((await this.#numberOf(name)) === number) continue
        return `${path} is not the one that the box opened`
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        return code === 'ENOENT' ? `${path} is gone` : `${path} cannot be read (${message})`
      }
    }
    return (await isReadOnly(dir)) ? `${dir} is read-only` : undefined
  }

  async #numberOf(name: string): Promise<string> {
    const { dev, ino } = await stat(join(this.#options.dir, name), { bigint: true })
    return this.#options.hasNumbers ? `${dev} ${ino}` : ''
  }
}

/** The volume as a whole: what a user may not do, root may. */
async function isReadOnly(dir: string): Promise<boolean> {
  try {
    await access(dir, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}
