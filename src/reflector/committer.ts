import type { JournalEntry } from '../session/record.ts'
import { type SessionStore, StoreUnavailableError } from '../session/session-store.ts'
import type { Clock, Timers } from './ports.ts'

/** After a failure a commit is tried again, so often (ms). */
const RETRY_MS = 500
/** A commit that takes longer is taken for one that does not get through (ms). */
const SLOW_COMMIT_MS = 2000

/** Told whether anything can be stored. */
export interface StoreObserver {
  /** Nothing can, for now. @param reason completes "the box cannot store anything: …" */
  stalled(reason: string): void
  /** What waited is stored. */
  recovered(): void
}

/** Commits one batch at a time, and goes on trying for as long as the store may come back. */
export class Committer {
  readonly #store: Pick<SessionStore, 'commit'>
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #observer: StoreObserver
  /** when the commit under way was begun, monotonic ms; Infinity if there is none */
  #since = Infinity
  #slowest = 0
  #isStalled = false
  #isEnding = false
  #tryNow = () => {}

  constructor(
    store: Pick<SessionStore, 'commit'>,
    clock: Clock,
    timers: Timers,
    observer: StoreObserver,
  ) {
    this.#store = store
    this.#clock = clock
    this.#timers = timers
    this.#observer = observer
  }

  /** Whether what is to be committed waits. */
  get isStalled(): boolean {
    return this.#isStalled
  }

  /** How long (ms) a commit took at most since this was last asked; one that is under way counts. */
  takeSlowest(): number {
    const slowest = Math.max(this.#slowest, this.#clock.now() - this.#since)
    this.#slowest = 0
    return slowest
  }

  /** Resolves once all of it is committed; rejects if it never will be. */
  async commit(entries: readonly JournalEntry[]): Promise<void> {
    this.#since = this.#clock.now()
    while (!(await this.#attempt(entries))) await this.#pause()
    this.#slowest = Math.max(this.#slowest, this.#clock.now() - this.#since)
    this.#since = Infinity
    if (!this.#isStalled) return
    this.#isStalled = false
    this.#observer.recovered()
  }

  /** Takes note if the commit under way does not come to an end; to be called every second or so. */
  watch(now: number): void {
    if (!this.#isStalled && now - this.#since > SLOW_COMMIT_MS)
      this.#stall('its disk does not answer')
  }

  /** From now on, a commit is tried once more and not again. */
  end(): void {
    this.#isEnding = true
    this.#tryNow()
  }

  async #attempt(entries: readonly JournalEntry[]): Promise<boolean> {
    try {
      await this.#store.commit(entries)
      return true
    } catch (error) {
      if (this.#isEnding || !(error instanceof StoreUnavailableError)) throw error
      this.#stall(error.message)
      return false
    }
  }

  #stall(reason: string): void {
    this.#isStalled = true
    this.#observer.stalled(reason)
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(RETRY_MS, resolve)
      this.#tryNow = () => {
        cancel()
        resolve()
      }
    })
  }
}
