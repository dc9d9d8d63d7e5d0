import { replaceFile } from '../system/durable-file.ts'
import type { Log } from './ports.ts'

/** What could not be written is tried again, so often (ms). */
const RETRY_MS = 5000

/** A file that is replaced as a whole, one write after the other. */
export class KeptFile {
  readonly #path: string
  readonly #log: Log
  /** what the file is to have and has not, if that is not forgotten */
  #wanted: string | undefined
  #lastWrite: Promise<void> = Promise.resolve()
  #isFailing = false
  #retry: NodeJS.Timeout | undefined

  constructor(path: string, log: Log) {
    this.#path = path
    this.#log = log
  }

  /** It is on the disk when this resolves. If it rejects, the file has what it had, and it is forgotten. */
  write(text: string): Promise<void> {
    const write = this.#lastWrite.then(async () => {
      await replaceFile(this.#path, text)
      this.#written()
    })
    this.#lastWrite = write.catch(() => {})
    return write
  }

  /**
   * For what counts in memory already. Resolves when it is on the disk, or cannot be for now: then it is
   * tried again until it is, or something newer.
   */
  writeWhenPossible(text: string): Promise<void> {
    this.#wanted = text
    return this.write(text).catch((err: unknown) => this.#failed(err))
  }

  /** Resolves when what was to be written is written, or cannot be. */
  async close(): Promise<void> {
    await this.#lastWrite
    if (this.#wanted !== undefined) await this.writeWhenPossible(this.#wanted)
    clearTimeout(this.#retry)
  }

  #written(): void {
    this.#wanted = undefined
    clearTimeout(this.#retry)
    if (!this.#isFailing) return
    this.#isFailing = false
    const fields = { scope: 'process', event: 'kept-again', path: this.#path }
    this.#log.notice(fields, 'a file of the box could be written again, and says what counts')
  }

  #failed(err: unknown): void {
    if (this.#wanted === undefined) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.writeWhenPossible(this.#wanted ?? ''), RETRY_MS)
    this.#retry.unref()
    if (this.#isFailing) return
    this.#isFailing = true
    const fields = { scope: 'process', event: 'not-kept', path: this.#path, err }
    this.#log.error(
      fields,
      'a file of the box cannot be written: what is new counts, but would be lost with a restart until there is room',
    )
  }
}
