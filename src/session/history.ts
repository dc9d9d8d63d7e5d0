import { runFrom } from './message-run.ts'
import type { MessageRun } from './record.ts'

/** An open run is sealed when its text is this long, so that a joiner gets it as one ready frame. */
const SEAL_LENGTH = 900_000

/**
 * The messages since the snapshot as JSON texts: sealed runs that never change and are shared by all
 * joiners, and an open run that grows. Positions count messages since the session began.
 */
export class History {
  #sealed: MessageRun[]
  #open: string[] = []
  /** as {@link length} counts, like {@link #sealedLength} */
  #openLength = 0
  #sealedLength: number
  /** the open run as it is now, until the next message */
  #openRun: MessageRun | undefined
  #count: number
  /** position of the newest message */
  #position: number

  /** @param runs what was restored: adjacent, ending at `position` */
  constructor(position: number, runs: readonly MessageRun[] = []) {
    this.#position = position
    this.#sealed = [...runs]
    this.#sealedLength = lengthOf(this.#sealed)
    this.#count = runs.reduce((sum, run) => sum + run.count, 0)
  }

  get position(): number {
    return this.#position
  }

  /** How many messages are kept. */
  get count(): number {
    return this.#count
  }

  /** UTF-16 units of their texts, and a comma for each. */
  get length(): number {
    return this.#sealedLength + this.#openLength
  }

  push(text: string): void {
    this.#open.push(text)
    this.#openRun = undefined
    this.#openLength += text.length + 1
    this.#position += 1
    this.#count += 1
    if (this.#openLength >= SEAL_LENGTH) this.#seal()
  }

  /** All messages, oldest first. */
  runs(): readonly MessageRun[] {
    if (this.#open.length === 0) return this.#sealed
    this.#openRun ??= this.#openAsRun()
    return [...this.#sealed, this.#openRun]
  }

  /** Forgets the messages up to and with this position. */
  dropThrough(position: number): void {
    const keep = Math.min(this.#position - position, this.#count)
    this.#sealed = this.#sealed.flatMap((run) => runAfter(run, position))
    this.#sealedLength = lengthOf(this.#sealed)
    const openFirst = this.#position - this.#open.length + 1
    if (position >= openFirst) {
      this.#open.splice(0, position - openFirst + 1)
      this.#openRun = undefined
      this.#openLength = this.#open.reduce((sum, text) => sum + text.length + 1, 0)
    }
    this.#count = keep
  }

  #seal(): void {
    this.#sealed = [...this.#sealed, this.#openAsRun()]
    this.#open = []
    this.#openRun = undefined
    this.#sealedLength += this.#openLength
    this.#openLength = 0
  }

  #openAsRun(): MessageRun {
    const first = this.#position - this.#open.length + 1
    return { first, count: this.#open.length, text: this.#open.join(',') }
  }
}

function lengthOf(runs: readonly MessageRun[]): number {
  return runs.reduce((sum, run) => sum + run.text.length + 1, 0)
}

/** What of a run comes after this position: nothing, all, or its end. */
function runAfter(run: MessageRun, position: number): MessageRun[] {
  if (position < run.first) return [run]
  if (position >= run.first + run.count - 1) return []
  const rest = runFrom(run, position + 1)
  if (!rest) throw new Error(`a run at ${run.first} does not hold ${run.count} messages`)
  return [rest]
}
