import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSecondsOf, familyOf } from './process-usage.ts'

/** The last lines of a server's log, shown if it ends by itself (characters). */
const LOG_TAIL = 2000
const READY_MS = 15_000
const POLL_MS = 20
/** A server that uses less CPU than `QUIET_SECONDS` within `QUIET_MS` has done with its start. */
const QUIET_MS = 100
const QUIET_SECONDS = 0.005

/** What is to be run. */
export interface ServerCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A server on a port of 127.0.0.1, in a process of its own, with all that it starts in turn. */
export class ServerProcess {
  readonly port: number
  /** when its process was started, `performance.now` */
  readonly startedAt: number
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>
  #log = ''

  constructor(port: number, { program, args, env }: ServerCommand) {
    this.port = port
    this.startedAt = performance.now()
    // A process group of its own can be ended as a whole.
    this.#child = spawn(program, args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    this.#child.stderr?.on('data', (data) => {
      this.#log = (this.#log + data).slice(-LOG_TAIL)
    })
    const kill = () => this.#killGroup()
    process.once('exit', kill)
    this.#exit = once(this.#child, 'exit').finally(() => process.off('exit', kill))
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the server has no process')
    return this.#child.pid
  }

  /** Resolves when it listens and has nothing more to do; rejects if it ends or takes too long. */
  async ready(): Promise<void> {
    await this.during(this.#untilListening())
    await this.during(this.#untilQuiet())
  }

  /** Ends it; resolves when its process is gone. What it has started and left behind is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.#child.kill(signal)
    await this.#exit
    this.#killGroup()
  }

  /** Waits for the work; rejects, with the end of its log, if the server ends before that is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    const ended = this.#exit.then(() => {
      throw new Error(`the server ended by itself:\n${this.#log}`)
    })
    return await Promise.race([work, ended])
  }

  async #untilListening(): Promise<void> {
    const end = performance.now() + READY_MS
    while (this.#child.exitCode === null && !(await accepts(this.port))) {
      if (performance.now() > end) throw new Error(`nobody listens on port ${this.port}`)
      await delay(POLL_MS)
    }
  }

  async #untilQuiet(): Promise<void> {
    const end = performance.now() + READY_MS
    for (let before = Number.NEGATIVE_INFINITY; performance.now() < end; ) {
      const now = familyOf(this.pid).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
      if (now - before <= QUIET_SECONDS) return
      before = now
      await delay(QUIET_MS)
    }
  }

  #killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const isAccepted = await promise
  socket.destroy()
  return isAccepted
}
