import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** The last lines of a box's log, shown if it ends by itself (characters). */
const LOG_TAIL = 2000

/** A box in a process of its own. */
export class BenchBox {
  readonly port: number
  /** when its process was started, `performance.now` */
  readonly startedAt: number
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>
  #log = ''

  /** @param env settings besides port and folder */
  constructor(port: number, filesDir: string, env: Readonly<Record<string, string>> = {}) {
    this.port = port
    this.startedAt = performance.now()
    this.#child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        BOX_HOST: '127.0.0.1',
        BOX_PORT: String(port),
        BOX_FILES_DIR: filesDir,
        BOX_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child.stderr?.on('data', (data) => {
      this.#log = (this.#log + data).slice(-LOG_TAIL)
    })
    const kill = () => this.#child.kill('SIGKILL')
    process.once('exit', kill)
    this.#exit = once(this.#child, 'exit').finally(() => process.off('exit', kill))
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the box has no process')
    return this.#child.pid
  }

  /** Ends it; resolves when its process is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal)
    await this.#exit
  }

  /** Waits for the work; rejects, with the end of its log, if the box ends before that is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = this.#exit.then(() => {
      throw new Error(`the box ended by itself:\n${this.#log}`)
    })
    return await Promise.race([work, ended])
  }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
