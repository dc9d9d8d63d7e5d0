import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, replaceFile } from '../system/durable-file.ts'

/** What nginx reads: the certificate, its chain and its key. */
const NAME = 'box.pem'
/** nginx is another user, and of the group. */
const FOLDER_MODE = 0o750
const FILE_MODE = 0o640

/** The folder where nginx finds the certificate. */
export class CertificateFolder {
  readonly #dir: string

  /** @param dir absolute path */
  constructor(dir: string) {
    this.#dir = dir
  }

  /** PEM; undefined if there is none. @throws {Error} like `write` */
  async read(): Promise<string | undefined> {
    const bytes = await this.#attempt(() => readIfThere(this.#path))
    return bytes?.toString()
  }

  /**
   * At the next handshake nginx has the new one. The folder is made if it is missing.
   * @throws {Error} with a sentence for the person who starts the box
   */
  async write(pem: string): Promise<void> {
    await this.#attempt(async () => {
      await mkdir(this.#dir, { recursive: true, mode: FOLDER_MODE })
      await replaceFile(this.#path, pem, FILE_MODE)
    })
  }

  /** Nobody gets a certificate of this box from now on. @throws {Error} like `write` */
  async remove(): Promise<void> {
    await this.#attempt(() => rm(this.#path, { force: true }))
  }

  get #path(): string {
    return join(this.#dir, NAME)
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const reason = (cause as Error).message
      const advice = 'set BOX_TLS_DIR to a folder that the user of the box may write to'
      throw new Error(`the certificate cannot be kept in ${this.#dir} (${reason}): ${advice}`, {
        cause,
      })
    }
  }
}
