import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AbuseReport } from './abuse.ts'
import type { AbuserName } from './abusers.ts'

const MAIN = fileURLToPath(new URL('abuser-main.ts', import.meta.url))

/** An abuse in a process of its own, so that it is not in the way of those who measure. */
export class Abuser {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves when it is in full swing; rejects if its process ends before. */
  static async start(name: AbuserName, port: number, amount: number): Promise<Abuser> {
    const child = fork(MAIN, [name, `${port}`, `${amount}`], { execArgv: [] })
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${code}`)
    })
    await Promise.race([once(child, 'message'), ended])
    ended.catch(() => {})
    return new Abuser(child)
  }

  async report(): Promise<AbuseReport> {
    const answer = once(this.#child, 'message')
    this.#child.send('report')
    const [report] = await answer
    return report
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
