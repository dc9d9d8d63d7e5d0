import type { Frame } from './wire.ts'

interface Waiter {
  readonly take: (frame: Frame) => boolean
  readonly fail: (why: string) => void
}

/** Frames that nobody has taken, and those who wait for one. */
export class FrameQueue {
  #frames: Frame[] = []
  #waiters: Waiter[] = []
  #end: string | undefined

  add(frame: Frame): void {
    const index = this.#waiters.findIndex((waiter) => waiter.take(frame))
    if (index >= 0) this.#waiters.splice(index, 1)
    else this.#frames.push(frame)
  }

  /** Forgets the frames that nobody has taken. */
  clear(): void {
    this.#frames = []
  }

  /** Nothing more will come: all who wait are told why. */
  end(why: string): void {
    this.#end = why
    for (const waiter of this.#waiters.splice(0)) waiter.fail(why)
  }

  /** @param what named in the error when time is up */
  take<F extends Frame>(
    isMatch: (frame: Frame) => frame is F,
    what: string,
    timeoutMs: number,
  ): Promise<F> {
    const index = this.#frames.findIndex(isMatch)
    const [found] = index >= 0 ? this.#frames.splice(index, 1) : []
    if (found && isMatch(found)) return Promise.resolve(found)
    if (this.#end !== undefined) return Promise.reject(new Error(`no ${what}: ${this.#end}`))
    const frame = this.#wait(isMatch, what, timeoutMs)
    // Who waits for several at once hears of the first that fails: the others fail nothing else.
    frame.catch(() => {})
    return frame
  }

  #wait<F extends Frame>(
    isMatch: (frame: Frame) => frame is F,
    what: string,
    timeoutMs: number,
  ): Promise<F> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        take: (frame) => {
          if (!isMatch(frame)) return false
          clearTimeout(timer)
          resolve(frame)
          return true
        },
        fail: (why) => {
          clearTimeout(timer)
          reject(new Error(`no ${what}: ${why}`))
        },
      }
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter)
        waiter.fail(`none in ${timeoutMs} ms`)
      }, timeoutMs)
      this.#waiters.push(waiter)
    })
  }
}
