/**
 * Lets so many operations run at once. Of those that wait, each sender's next one is let in turn, so that
 * nobody waits for all that another one has.
 */
export class Turns {
  #free: number
  /** the sender whose turn it is comes first */
  readonly #waiting = new Map<string, Array<() => void>>()

  constructor(most: number) {
    this.#free = most
  }

  /** @param sender whose operation it is */
  async run<T>(operation: () => Promise<T>, sender = ''): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#wait(sender, resolve))
    try {
      return await operation()
    } finally {
      const next = this.#next()
      if (next) next()
      else this.#free += 1
    }
  }

  #wait(sender: string, start: () => void): void {
    const queue = this.#waiting.get(sender)
    if (queue) queue.push(start)
    else this.#waiting.set(sender, [start])
  }

  #next(): (() => void) | undefined {
    const [first] = this.#waiting
    if (!first) return undefined
    const [sender, queue] = first
    const next = queue.shift()
    this.#waiting.delete(sender)
    if (queue.length > 0) this.#waiting.set(sender, queue)
    return next
  }
}
