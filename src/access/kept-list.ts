import { readIfThere, setAside } from '../system/durable-file.ts'
import { KeptFile } from './kept-file.ts'
import type { Log } from './ports.ts'

export interface KeptListOptions<T> {
  readonly path: string
  /** the key of the list in its file */
  readonly name: string
  readonly isRecord: (value: unknown) => value is T
  /** ms since 1970 */
  readonly wallTime: () => number
  /** told where a file was moved to that cannot be read as such a list */
  readonly onDamaged: (movedTo: string) => void
  readonly log: Log
}

/** A list that is a file of its own. */
export class KeptList<T> {
  readonly #file: KeptFile
  readonly #name: string
  #records: readonly T[]

  private constructor(file: KeptFile, name: string, records: readonly T[]) {
    this.#file = file
    this.#name = name
    this.#records = records
  }

  /** A file that cannot be read is set aside: then the list is empty. */
  static async open<T>(options: KeptListOptions<T>): Promise<KeptList<T>> {
    const { path, name, wallTime, onDamaged, log } = options
    const bytes = await readIfThere(path)
    const records = bytes ? parse(String(bytes), options) : []
    if (!records) onDamaged(await setAside(path, wallTime()))
    return new KeptList(new KeptFile(path, log), name, records ?? [])
  }

  get records(): readonly T[] {
    return this.#records
  }

  /**
   * Adds a record that has to last: it is on the disk when this resolves. If it rejects, it is not there.
   * @param others of the records, those that stay
   */
  async add(others: readonly T[], record: T): Promise<void> {
    this.#records = [...others, record]
    try {
      await this.#file.write(this.#text())
    } catch (error) {
      this.#records = this.#records.filter((each) => each !== record)
      // A later write that succeeded may have had it.
      void this.save()
      throw error
    }
  }

  /** They count from now on. Resolves when they are on the disk, or cannot be for now: see `KeptFile`. */
  replace(records: readonly T[]): Promise<void> {
    this.#records = records
    return this.save()
  }

  /** Writes down what has changed within the records, as soon as that can be. */
  save(): Promise<void> {
    return this.#file.writeWhenPossible(this.#text())
  }

  /** Resolves when what was to be written is written, or cannot be. */
  close(): Promise<void> {
    return this.#file.close()
  }

  #text(): string {
    return `${JSON.stringify({ [this.#name]: this.#records }, undefined, 1)}\n`
  }
}

function parse<T>(text: string, { name, isRecord }: KeptListOptions<T>): readonly T[] | undefined {
  try {
    const records = (JSON.parse(text) as Record<string, unknown>)[name]
    return Array.isArray(records) && records.every(isRecord) ? records : undefined
  } catch {
    return undefined
  }
}
