/** Tells on standard error what is being done, and how long the rest will take at this pace. */
export class Progress {
  readonly #total: number
  readonly #startedAt = performance.now()
  #begun = 0

  /** @param total steps to come */
  constructor(total: number) {
    this.#total = total
  }

  /** A step begins. */
  step(name: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const left = this.#begun > 0 ? (seconds / this.#begun) * (this.#total - this.#begun) : undefined
    this.#begun++
    tell(
      `[${this.#begun}/${this.#total}] ${name}${left === undefined ? '' : `, ${inWords(left)} left`}`,
    )
  }
}

export function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

function inWords(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}
