import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AttackReport } from './attack-report.ts'

const MAIN = fileURLToPath(new URL('attack-main.ts', import.meta.url))

/** How long fields are: as their limits allow, as a frame allows, or first the one, then the other. */
export type Lengths = 'limit' | 'frame' | 'both'

export interface AttackerOptions {
  /** of the box, on 127.0.0.1 */
  readonly port: number
  /** how long it goes on (ms) */
  readonly ms: number
  readonly lengths: Lengths
}

/** An attack in a process of its own, so that it is not in the way of those who measure. */
export class Attacker {
  readonly #child: ChildProcess
  readonly #done: Promise<unknown>

  constructor(name: string, { port, ms, lengths }: AttackerOptions) {
    this.#child = fork(MAIN, [name, `${port}`, `${ms}`, lengths], { execArgv: [] })
    this.#done = new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        if (message === 'done') resolve(message)
      })
      this.#child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
    })
    this.#done.catch(() => {})
  }

  /** Resolves when its time is up; rejects if its process ends before that. */
  async done(): Promise<void> {
    await this.#done
  }

  async report(): Promise<AttackReport> {
    const answer = once(this.#child, 'message')
    this.#child.send('report')
    const [report] = await answer
    return report
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
