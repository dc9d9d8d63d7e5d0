import { readIfThere, replaceFile, setAside } from '../system/durable-file.ts'

export interface KeptListOptions<T> {
  readonly path: string
  /** the key of the list in its file */
  readonly name: string
  readonly isRecord: (value: unknown) => value is T
  /** ms since 1970 */
  readonly wallTime: () => number
  /** told where a file was moved to that cannot be read as such a list */
  readonly onDamaged: (movedTo: string) => void
}

/** A list that is a file of its own. Each change is on the disk when its promise resolves. */
export class KeptList<T> {
  readonly #path: string
  readonly #name: string
  #records: readonly T[]
  #lastSave: Promise<void> = Promise.resolve()

  private constructor(path: string, name: string, records: readonly T[]) {
    this.#path = path
    this.#name = name
    this.#records = records
  }

  /** A file that cannot be read is set aside: then the list is empty. */
  static async open<T>(options: KeptListOptions<T>): Promise<KeptList<T>> {
    const { path, name, wallTime, onDamaged } = options
    const bytes = await readIfThere(path)
    const records = bytes ? parse(String(bytes), options) : []
    if (!records) onDamaged(await setAside(path, wallTime()))
    return new KeptList(path, name, records ?? [])
  }

  get records(): readonly T[] {
    return this.#records
  }

  /** It counts from now on, whether or not it can be written down. */
  replace(records: readonly T[]): Promise<void> {
    this.#records = records
    return this.save()
  }

  /** Writes down what has changed within the records. */
  save(): Promise<void> {
    const text = `${JSON.stringify({ [this.#name]: this.#records }, undefined, 1)}\n`
    const save = this.#lastSave.catch(() => {}).then(() => replaceFile(this.#path, text))
    this.#lastSave = save
    return save
  }

  /** Resolves when what was to be written is written, or cannot be. */
  async settled(): Promise<void> {
    await this.#lastSave.catch(() => {})
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
