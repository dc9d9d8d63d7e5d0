/** Lets so many operations run at once; the others wait, and run in the order in which they came. */
export class Turns {
  #free: number
  readonly #waiting: Array<() => void> = []

  constructor(most: number) {
    this.#free = most
  }

  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await operation()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
