import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBox, type TestBox } from '../support/start-box.ts'

/** A box that can be stopped and started again on the same folder and ports. */
export class LastingBox {
  readonly filesDir: string
  readonly #webDir: string
  #box: TestBox
  #isRunning = true

  private constructor(filesDir: string, webDir: string, box: TestBox) {
    this.filesDir = filesDir
    this.#webDir = webDir
    this.#box = box
  }

  static async start(webDir: string): Promise<LastingBox> {
    const filesDir = await mkdtemp(join(tmpdir(), 'box-'))
    const box = await startBox({ BOX_FILES_DIR: filesDir, BOX_WEB_DIR: webDir })
    return new LastingBox(filesDir, webDir, box)
  }

  get url(): string {
    return this.#box.url
  }

  get adminUrl(): string {
    return this.#box.adminUrl
  }

  get port(): number {
    return this.#box.port
  }

  async stop(): Promise<void> {
    if (!this.#isRunning) return
    this.#isRunning = false
    await this.#box.stop()
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#box = await startBox({
      BOX_FILES_DIR: this.filesDir,
      BOX_WEB_DIR: this.#webDir,
      BOX_PORT: String(this.port),
      BOX_ADMIN_PORT: String(this.#box.adminPort),
    })
    this.#isRunning = true
  }

  /** Stops it for good, and removes its folder. */
  async close(): Promise<void> {
    await this.stop()
    await rm(this.filesDir, { recursive: true })
  }
}
