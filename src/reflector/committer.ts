import type { JournalEntry } from '../session/record.ts'
import {
  type RefusedSessions,
  type SessionStore,
  SessionsRefusedError,
  StoreUnavailableError,
} from '../session/session-store.ts'
import type { Clock, Timers } from './ports.ts'

/** After a failure a commit is tried again, so often (ms). */
const RETRY_MS = 500
/** A commit that takes longer is taken for one that does not get through (ms). */
const SLOW_COMMIT_MS = 2000

const NONE: RefusedSessions = new Map()

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

  /** As {@link TurnCommitter} of a turn: all that can be committed is, when it resolves. */
  async commit(entries: readonly JournalEntry[]): Promise<RefusedSessions> {
    this.#since = this.#clock.now()
    const refused = await this.#commitMost(entries)
    this.#slowest = Math.max(this.#slowest, this.#clock.now() - this.#since)
    this.#since = Infinity
    if (this.#isStalled) {
      this.#isStalled = false
      this.#observer.recovered()
    }
    return refused
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

  /** What the store refuses is left out, until it takes the rest; tells whose it was. */
  async #commitMost(entries: readonly JournalEntry[]): Promise<RefusedSessions> {
    const refused = await this.#persist(entries)
    if (refused.size === 0) return refused
    const left = entries.filter(({ sessionId }) => !refused.has(sessionId))
    if (left.length === entries.length) throw new SessionsRefusedError(refused)
    const more = left.length > 0 ? await this.#commitMost(left) : NONE
    return new Map([...refused, ...more])
  }

  /** Goes on until they are committed, or some of them refused. */
  async #persist(entries: readonly JournalEntry[]): Promise<RefusedSessions> {
    let refused = await this.#attempt(entries)
    while (!refused) {
      await this.#pause()
      refused = await this.#attempt(entries)
    }
    return refused
  }

  /** Undefined: the store may take them later. */
  async #attempt(entries: readonly JournalEntry[]): Promise<RefusedSessions | undefined> {
    try {
      await this.#store.commit(entries)
      return NONE
    } catch (error) {
      if (error instanceof SessionsRefusedError) return error.refused
      if (this.#isEnding || !(error instanceof StoreUnavailableError)) throw error
      this.#stall(error.message)
      return undefined
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
