import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { AppHandle } from './app-handle.ts'

const PROGRAM = fileURLToPath(new URL('node-client.js', import.meta.url))

interface Answer {
  readonly id: number
  readonly result: unknown
}

/** The test app in a Node process of its own. */
export class NodeApp extends AppHandle {
  readonly #process: ChildProcess
  /** calls that wait for their answer, by id */
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0

  private constructor(process: ChildProcess) {
    super()
    this.#process = process
    process.on('message', ({ id, result }: Answer) => this.#waiting.get(id)?.resolve(result))
    process.on('exit', () => {
      for (const call of this.#waiting.values()) call.reject(new Error('the Node client has ended'))
    })
  }

  /** @param boxUrl by which it reaches the box */
  static start(boxUrl: string): NodeApp {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
    return new NodeApp(fork(PROGRAM, [boxUrl], { stdio: [...stdio] }))
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill()
    await ended
  }

  protected async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const id = this.#calls++
    const call = Promise.withResolvers<unknown>()
    this.#waiting.set(id, call)
    this.#process.send({ id, method, args })
    try {
      return await call.promise
    } finally {
      this.#waiting.delete(id)
    }
  }
}
