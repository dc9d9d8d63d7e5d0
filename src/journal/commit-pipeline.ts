import { whyUnavailable } from '../db/unavailable.ts'
import type { JournalEntry } from '../session/record.ts'
import { SessionsRefusedError, StoreUnavailableError } from '../session/session-store.ts'
import { Backlog } from './backlog.ts'
import type { CommitLog } from './commit-log.ts'
import { type CommitPayload, packCommit } from './commit-payload.ts'
import { checksumSeed, encodeRecord } from './commit-record.ts'
import type { RefusedSession } from './salvage.ts'
import type { DatabaseMark } from './watermark.ts'
import type { WriterThread } from './writer-thread.ts'

/** What is committed is brought into the database after this time (ms)… */
const APPLY_AFTER_MS = 1000
/** …or when there is so much of it (UTF-16 units). */
const APPLY_LENGTH = 1_000_000
/** When so much of it waits, nothing more is committed until the database has it. */
const MAX_LENGTH = 8_000_000

/** Commits on their way into the database, in one transaction. */
interface Batch {
  readonly backlog: Backlog
  readonly payload: CommitPayload
  /** number of the newest of them */
  readonly through: number
}

export interface CommitPipelineParts {
  readonly thread: Pick<WriterThread, 'ask'>
  readonly log: CommitLog
  /** the database, which has all that is in the log */
  readonly mark: DatabaseMark
  /** Told once, if the database will never take what is committed. */
  readonly onFailure: (error: Error) => void
  /** Told of each session of which the database refused something. */
  readonly onRefused: (refused: RefusedSession) => void
}

/** The way of a commit: into the log, which makes it safe, and by and by into the database, with others. */
export class CommitPipeline {
  readonly #parts: CommitPipelineParts
  readonly #seed: number
  #backlog = new Backlog()
  /** number of the newest commit */
  #last: number
  /** number of the newest that is in the database */
  #applied: number
  /** resolves when all that was asked for until now is in the log, or refused */
  #logged: Promise<unknown> = Promise.resolve()
  #batch: Batch | undefined
  #applying: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** the database did not take the batch, for a reason that may pass */
  #isBehind = false
  /** why the database refused something of these sessions: what they do is on top of it until they are loaded */
  readonly #refused = new Map<string, Error>()
  #failure: Error | undefined

  constructor(parts: CommitPipelineParts) {
    this.#parts = parts
    this.#seed = checksumSeed(parts.mark.id)
    this.#last = parts.mark.commits
    this.#applied = parts.mark.commits
  }

  /** As in `SessionStore`. */
  commit(entries: readonly JournalEntry[]): Promise<void> {
    const logged = this.#logged.then(() => this.#write(entries))
    this.#logged = logged.catch(() => {})
    return logged
  }

  /** Resolves when all that was asked for until now is in the database. */
  async settle(): Promise<void> {
    await this.#logged
    await this.#applyThrough(this.#last)
  }

  /** Resolves when all of it that whoever loads this session has to see is in the database. */
  async settleFor(sessionId: string): Promise<void> {
    await this.#logged
    const isWaiting = [this.#backlog, this.#batch?.backlog].some((some) =>
      some?.concerns(sessionId),
    )
    if (isWaiting) await this.#applyThrough(this.#last)
  }

  /** The session is about to be loaded as it is stored: from there on, it may commit again. */
  readmit(sessionId: string): void {
    this.#refused.delete(sessionId)
  }

  /** Whether some of what is committed is in the log only. */
  get isLogNeeded(): boolean {
    return this.#applied < this.#last
  }

  /** It is not used any more; commits that are not in the database stay in the log. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#parts.log.close(this.isLogNeeded)
  }

  async #write(entries: readonly JournalEntry[]): Promise<void> {
    if (this.#failure) throw this.#failure
    if (this.#isBehind || this.#backlog.length > MAX_LENGTH) await this.#applyThrough(this.#last)
    this.#refuse(entries)
    const number = this.#last + 1
    await this.#log(number, encodeRecord(this.#seed, { number, entries }))
    this.#last = number
    this.#backlog.add(entries)
    this.#applySoon()
  }

  /** @throws {SessionsRefusedError} if they are of sessions that have to be loaded again */
  #refuse(entries: readonly JournalEntry[]): void {
    if (this.#refused.size === 0) return
    const refused = new Map<string, Error>()
    for (const { sessionId } of entries) {
      const cause = this.#refused.get(sessionId)
      if (cause) refused.set(sessionId, cause)
    }
    if (refused.size > 0) throw new SessionsRefusedError(refused)
  }

  async #log(number: number, record: Iterable<Buffer>): Promise<void> {
    try {
      await this.#parts.log.append(number, record)
    } catch (cause) {
      if (cause instanceof SessionsRefusedError) throw cause
      const reason = whyUnavailable(cause)
      if (reason !== undefined) throw new StoreUnavailableError(reason, { cause })
      throw new Error(`the journal failed: ${(cause as Error).message}`, { cause })
    }
  }

  #applySoon(): void {
    const isUrgent = this.#backlog.length >= APPLY_LENGTH && !this.#applying
    if (isUrgent) this.#applyUnasked()
    else this.#applyLater()
  }

  #applyLater(): void {
    this.#timer ??= setTimeout(() => this.#applyUnasked(), APPLY_AFTER_MS)
  }

  /** Whoever commits or loads next learns of it if it fails. */
  #applyUnasked(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#applyThrough(this.#last).catch(() => {})
  }

  async #applyThrough(number: number): Promise<void> {
    while (this.#applied < number) {
      this.#applying ??= this.#applyBatch().finally(() => {
        this.#applying = undefined
      })
      await this.#applying
    }
  }

  async #applyBatch(): Promise<void> {
    this.#batch ??= this.#takeBatch()
    const { payload, through } = this.#batch
    let refused: readonly RefusedSession[]
    try {
      const answer = await this.#parts.thread.ask('committed', { kind: 'commit', payload, through })
      refused = answer.refused
    } catch (error) {
      if (error instanceof StoreUnavailableError) {
        this.#isBehind = true
        this.#applyLater()
      } else this.#fail(error as Error)
      throw error
    }
    this.#applied = through
    this.#batch = undefined
    this.#isBehind = false
    for (const session of refused) this.#drop(session)
  }

  /** What it did since is on top of what was refused. */
  #drop(session: RefusedSession): void {
    const { sessionId, reason } = session
    this.#backlog.drop(sessionId)
    this.#refused.set(sessionId, new Error(reason))
    this.#parts.onRefused(session)
  }

  #takeBatch(): Batch {
    this.#parts.log.turnOver(this.#applied)
    const backlog = this.#backlog
    this.#backlog = new Backlog()
    return { backlog, payload: packCommit(backlog.entries), through: this.#last }
  }

  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    this.#parts.onFailure(error)
  }
}
