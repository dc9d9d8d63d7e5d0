import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BoxProcess } from '../support/box-process.ts'
import { inTime } from './in-time.ts'

const HOST = '127.0.0.1'
/**
 * Ports that systems do not take for outgoing connections: a client that keeps trying to reach a port
 * among those, while nobody listens, in the end connects to itself.
 */
const PORTS = { first: 15_000, count: 15_000 }
/** A box that has neither greeted nor ended by then hangs (ms). */
const START_TIMEOUT_MS = 20_000
const STOP_TIMEOUT_MS = 10_000

/** Runs the box on one folder and one port, and starts it again at once whenever it was ended. */
export class Supervisor {
  readonly filesDir: string
  readonly port: number
  /** ms from the start of each box that came so far to its greeting */
  readonly starts: number[] = []
  readonly #env: Readonly<Record<string, string>>
  readonly #isFolderOurs: boolean
  #box: BoxProcess | undefined
  /** log lines of boxes that have ended */
  #log: string[] = []

  private constructor(
    filesDir: string,
    isFolderOurs: boolean,
    port: number,
    env: Readonly<Record<string, string>>,
  ) {
    this.filesDir = filesDir
    this.#isFolderOurs = isFolderOurs
    this.port = port
    this.#env = env
  }

  /** @param filesDir the box's folder; by default one of its own, removed in the end */
  static async start(
    env: Readonly<Record<string, string>> = {},
    filesDir?: string,
  ): Promise<Supervisor> {
    const dir = filesDir ?? (await mkdtemp(join(tmpdir(), 'box-')))
    const supervisor = new Supervisor(dir, filesDir === undefined, await freePort(), env)
    supervisor.spawn()
    try {
      await supervisor.ready()
    } catch (error) {
      await supervisor.close()
      throw error
    }
    return supervisor
  }

  get url(): string {
    return `http://${HOST}:${this.port}`
  }

  get reflectorUrl(): string {
    return `ws://${HOST}:${this.port}/reflector`
  }

  get pid(): number {
    return this.#running().pid
  }

  /** What all boxes so far logged, a line each. */
  get log(): readonly string[] {
    return [...this.#log, ...linesOf(this.#box)]
  }

  /** What they logged as errors. */
  get complaints(): readonly string[] {
    return this.log.filter((line) => /"level":"(error|fatal)"/.test(line) || !line.startsWith('{'))
  }

  /** Starts the box; {@link Supervisor.ready} tells when it runs. */
  spawn(): void {
    const begin = performance.now()
    this.#box = new BoxProcess({
      ...this.#env,
      BOX_HOST: HOST,
      BOX_PORT: String(this.port),
      BOX_FILES_DIR: this.filesDir,
    })
    this.#box.url().then(
      () => this.starts.push(performance.now() - begin),
      // Whether it has to come so far is for those to say who wait for it.
      () => {},
    )
  }

  /** Resolves when the box listens. */
  async ready(): Promise<void> {
    await inTime(this.#running().url(), START_TIMEOUT_MS, 'a box that was started')
  }

  /** Ends the box with this signal and starts it again as soon as it is gone. @returns as `stop` */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string> {
    const exit = await this.stop(signal)
    this.spawn()
    return exit
  }

  /** Ends the box. @returns its exit code, or the signal that ended it */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<number | string> {
    const box = this.#running()
    box.kill(signal)
    const exit = await inTime(box.exit, STOP_TIMEOUT_MS, `a box with ${signal}`).catch((error) => {
      box.kill('SIGKILL')
      throw error
    })
    this.#log.push(...linesOf(box))
    this.#box = undefined
    return exit
  }

  /** Ends the box if it runs, and removes its folder. */
  async close(): Promise<void> {
    if (this.#box) await this.stop('SIGKILL')
    if (this.#isFolderOurs) await rm(this.filesDir, { recursive: true, force: true })
  }

  #running(): BoxProcess {
    if (!this.#box) throw new Error('the box is not running')
    return this.#box
  }
}

function linesOf(box: BoxProcess | undefined): string[] {
  return box?.stderr.split('\n').filter((line) => line !== '') ?? []
}

async function freePort(): Promise<number> {
  for (;;) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
    const port = PORTS.first + (random % PORTS.count)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, HOST)
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
