import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PLAIN_ENV } from './plain-env.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** A disk may be full, and another box have the usual port. */
const DEFAULTS = { BOX_MAX_VOLUME_PERCENT: '100', BOX_ADMIN_PORT: '0' }

/** The box as people start it: a process of its own. */
export class BoxProcess {
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''
  readonly #exit: Promise<number | string>

  /**
   * @param env settings besides `DEFAULTS`; nothing else of this process's `BOX_…` environment is passed on
   * @param launcher a command that becomes the box: `ip netns exec …`
   */
  constructor(env: Record<string, string>, entry = MAIN, launcher: readonly string[] = []) {
    const [program = process.execPath, ...args] = [...launcher, process.execPath, entry]
    this.#child = spawn(program, args, {
      env: { ...PLAIN_ENV, ...DEFAULTS, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.on('data', (data) => {
      this.#stdout += data
    })
    this.#child.stderr?.on('data', (data) => {
      this.#stderr += data
    })
    this.#exit = once(this.#child, 'close').then(([code, signal]) => code ?? signal)
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the box did not start')
    return this.#child.pid
  }

  get stdout(): string {
    return this.#stdout
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Exit code, or the signal that ended it. */
  get exit(): Promise<number | string> {
    return this.#exit
  }

  /** Resolves with the URL it greets with; rejects if it ends before that. */
  async url(): Promise<string> {
    return this.#said(/at\n {2}(http:\S+)\/\n/)
  }

  /** Resolves with the URL of the dashboard's origin; rejects likewise. */
  async adminUrl(): Promise<string> {
    return this.#said(/(http:\S+?)\/admin\//)
  }

  async #said(pattern: RegExp): Promise<string> {
    for (;;) {
      const [, found] = pattern.exec(this.#stdout) ?? []
      if (found !== undefined) return found
      const ended = await Promise.race([
        this.#exit,
        once(this.#child.stdout ?? this.#child, 'data'),
      ])
      if (!Array.isArray(ended)) throw new Error(`the box ended with ${ended}: ${this.#stderr}`)
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}
