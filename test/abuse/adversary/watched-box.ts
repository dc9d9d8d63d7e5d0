import { lstatSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BoxProcess } from '../../support/box-process.ts'
import { RawClients } from '../../support/raw-client.ts'
import { ADMIN_PASSWORD } from './battlefield.ts'
import { Bystander } from './bystander.ts'

const BLOCK_BYTES = 512
/** A start takes no longer (ms); else it is given up. */
const MOST_START_MS = 300_000
/** Those who join are left alone for so long (ms). */
const SETTLE_MS = 300

/** A box with its default settings and an admin password, and two calm sessions on it. */
export class WatchedBox {
  readonly #dir: string
  readonly #entry: string | undefined
  #process: BoxProcess
  #bystander = new Bystander()

  private constructor(dir: string, entry: string | undefined) {
    this.#dir = dir
    this.#entry = entry
    this.#process = this.#newProcess()
  }

  /** @param entry main file of another box than this one */
  static async start(entry?: string): Promise<WatchedBox> {
    const box = new WatchedBox(await mkdtemp(join(tmpdir(), 'adversary-')), entry)
    await box.#join()
    return box
  }

  get process(): BoxProcess {
    return this.#process
  }

  get bystander(): Bystander {
    return this.#bystander
  }

  /** What its folder takes on the disk. */
  get diskBytes(): number {
    let bytes = 0
    for (const entry of readdirSync(this.#dir, { recursive: true })) {
      const found = lstatSync(join(this.#dir, String(entry)), { throwIfNoEntry: false })
      bytes += (found?.blocks ?? 0) * BLOCK_BYTES
    }
    return bytes
  }

  async port(): Promise<number> {
    return Number(new URL(await this.#process.url()).port)
  }

  /** Ends it by this signal; resolves with how long its next start takes until a calm session is there again (ms). */
  async restart(signal: NodeJS.Signals): Promise<number> {
    const { sessionId } = this.#bystander
    this.#process.kill(signal)
    await this.#process.exit
    await this.#bystander.leave()
    const began = performance.now()
    this.#process = this.#newProcess()
    const clients = new RawClients()
    const client = await clients.connect(await this.#reflectorUrl(), sessionId)
    await client.join()
    const ms = performance.now() - began
    await clients.closeAll()
    await this.#join()
    return ms
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#process.exit
    await this.#bystander.leave()
    await rm(this.#dir, { recursive: true })
  }

  async #join(): Promise<void> {
    this.#bystander = new Bystander()
    await this.#bystander.join(await this.#reflectorUrl())
    await delay(SETTLE_MS)
  }

  async #reflectorUrl(): Promise<string> {
    const late = delay(MOST_START_MS, undefined, { ref: false })
    const url = await Promise.race([this.#process.url(), late])
    if (url === undefined) throw new Error(`the box did not start in ${MOST_START_MS} ms`)
    return `${url.replace('http', 'ws')}/reflector`
  }

  #newProcess(): BoxProcess {
    const where = { BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: this.#dir }
    return new BoxProcess({ ...where, BOX_ADMIN_PASSWORD: ADMIN_PASSWORD }, this.#entry)
  }
}
