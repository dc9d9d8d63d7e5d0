import { Worker } from 'node:worker_threads'
import type { FileRecord } from '../db/files.ts'
import type { Totals } from '../db/totals.ts'
import type { JournalEntry, MessageRun, StoredStart } from '../session/record.ts'
import { type SessionStore, StoreUnavailableError } from '../session/session-store.ts'
import { packCommit } from './commit-payload.ts'
import type { GarbageReport, GarbageRules } from './garbage.ts'
import type { InventoryReport } from './inventory.ts'
import type { WriterOptions } from './options.ts'
import type { JournalProblem } from './problem.ts'
import type { Answer, Reply, Request } from './requests.ts'
import type { Restored } from './restore.ts'

/**
 * Sessions and files in a database, written by a thread of its own. A load sees all that was asked for
 * before it. What fails for a reason that may pass rejects with a {@link StoreUnavailableError}. Once
 * the journal is closed or its thread has ended, everything rejects.
 */
export interface Journal extends SessionStore {
  /** Rejects if the database cannot be used, in words for the person who runs the box. */
  readonly opened: Promise<void>
  /** Remembers a new upload. */
  recordFile(file: FileRecord): Promise<void>
  /**
   * Notes that an upload that is there is in use: it is not garbage for a day. One of another length than
   * when it was stored goes to quarantine instead, so look again afterwards.
   */
  keepFile(path: string): Promise<void>
  stats(): Promise<Totals>
  /** Deletes what nobody needs, in steps between which everything else goes on. */
  collectGarbage(rules: GarbageRules): Promise<GarbageReport>
  /** Compares the index of files with the disk, likewise, and mends the index. */
  takeInventory(): Promise<InventoryReport>
  /** Resolves when everything asked for is done, the database is in one file and the thread has ended. */
  close(): Promise<void>
}

export interface JournalOptions extends WriterOptions {
  /** Told of what is amiss in what is stored. */
  readonly onProblem?: (problem: JournalProblem) => void
  /** Told once, if the thread ends while the journal is open. */
  readonly onFailure?: (error: Error) => void
}

/** Starts a journal. It takes requests at once and does them when it is open. */
export function startJournal(options: JournalOptions): Journal {
  const { onProblem, onFailure, ...workerData } = options
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData })
  const journal = new ThreadJournal(worker, options)
  journal.listen()
  return journal
}

/** Opens one and waits until it is open. @throws {Error} as {@link Journal.opened} tells */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const journal = startJournal(options)
  await journal.opened
  return journal
}

/** A request under way. */
interface Pending {
  readonly receive: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

type State =
  | { readonly tag: 'opening' }
  | { readonly tag: 'open' }
  | { readonly tag: 'closing'; readonly end: PromiseWithResolvers<void> }
  | { readonly tag: 'ended'; readonly error: Error }

class ThreadJournal implements Journal {
  readonly #worker: Worker
  readonly #options: JournalOptions
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  readonly #opened = Promise.withResolvers<void>()
  #state: State = { tag: 'opening' }

  constructor(worker: Worker, options: JournalOptions) {
    this.#worker = worker
    this.#options = options
  }

  listen(): void {
    // Who does not wait for it learns of its failure by a request.
    this.#opened.promise.catch(() => {})
    this.#worker.on('message', (reply: Reply) => this.#handle(reply))
    this.#worker.on('error', (cause: Error) => {
      const isOpening = this.#state.tag === 'opening'
      this.#endWith(
        isOpening ? cause : new Error(`the journal failed: ${cause.message}`, { cause }),
      )
    })
    this.#worker.on('exit', () => {
      if (this.#state.tag === 'closing') this.#endClosed(this.#state.end)
      else this.#endWith(new Error("the journal's thread ended by itself"))
    })
  }

  get opened(): Promise<void> {
    return this.#opened.promise
  }

  async commit(entries: readonly JournalEntry[]): Promise<void> {
    const payload = packCommit(entries)
    await this.#ask('done', { kind: 'commit', id: ++this.#lastId, payload })
  }

  async recordFile({ path, bytes }: FileRecord): Promise<void> {
    const file = { path, bytes }
    await this.#ask('done', { kind: 'record file', id: ++this.#lastId, file })
  }

  async keepFile(path: string): Promise<void> {
    await this.#ask('done', { kind: 'keep file', id: ++this.#lastId, path })
  }

  load(
    sessionId: string,
    appId: string | undefined,
    persistentId: string | undefined,
  ): Promise<StoredStart> {
    return new Promise((resolve, reject) => {
      const messages: MessageRun[] = []
      const receive = (answer: Answer) => {
        if (answer.kind === 'run') messages.push(answer.run)
        else if (answer.kind === 'loaded') resolve(startFrom(answer.restored, messages))
      }
      const request = { sessionId, appId, persistentId }
      this.#send({ kind: 'load', id: ++this.#lastId, request }, { receive, reject })
    })
  }

  async stats(): Promise<Totals> {
    const { totals } = await this.#ask('totals', { kind: 'totals', id: ++this.#lastId })
    return totals
  }

  async collectGarbage(rules: GarbageRules): Promise<GarbageReport> {
    const request = { kind: 'collect garbage', id: ++this.#lastId, rules } as const
    return (await this.#ask('garbage', request)).report
  }

  async takeInventory(): Promise<InventoryReport> {
    const request = { kind: 'take inventory', id: ++this.#lastId } as const
    return (await this.#ask('inventory', request)).report
  }

  close(): Promise<void> {
    switch (this.#state.tag) {
      case 'opening':
      case 'open': {
        const end = Promise.withResolvers<void>()
        this.#state = { tag: 'closing', end }
        this.#worker.postMessage({ kind: 'close' } satisfies Request)
        return end.promise
      }
      case 'closing':
        return this.#state.end.promise
      case 'ended':
        return Promise.resolve()
      default:
        return this.#state satisfies never
    }
  }

  /** Sends a request that has one answer, of this kind. */
  #ask<Kind extends Answer['kind']>(
    kind: Kind,
    request: Exclude<Request, { kind: 'close' }>,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const isExpected = (answer: Answer): answer is Extract<Answer, { kind: Kind }> =>
        answer.kind === kind
      const receive = (answer: Answer) => {
        if (isExpected(answer)) resolve(answer)
      }
      this.#send(request, { receive, reject })
    })
  }

  #send(request: Exclude<Request, { kind: 'close' }>, pending: Pending): void {
    if (this.#state.tag === 'closing' || this.#state.tag === 'ended') {
      pending.reject(errorOf(this.#state))
      return
    }
    this.#worker.postMessage(request)
    this.#pending.set(request.id, pending)
  }

  #handle(reply: Reply): void {
    if (reply.kind === 'opened') {
      if (this.#state.tag === 'opening') this.#state = { tag: 'open' }
      this.#opened.resolve()
      return
    }
    if (reply.kind === 'problem') {
      this.#options.onProblem?.(reply.problem)
      return
    }
    const pending = this.#pending.get(reply.id)
    if (reply.kind !== 'run') this.#pending.delete(reply.id)
    if (reply.kind === 'failed') pending?.reject(failure(reply))
    else pending?.receive(reply)
  }

  #endClosed(end: PromiseWithResolvers<void>): void {
    this.#state = { tag: 'ended', error: new Error('the journal is closed') }
    end.resolve()
  }

  #endWith(error: Error): void {
    const before = this.#state
    if (before.tag === 'ended') return
    this.#state = { tag: 'ended', error }
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
    this.#opened.reject(error) // if it was not open yet
    if (before.tag === 'opening') return
    if (before.tag === 'closing') before.end.reject(error)
    else this.#options.onFailure?.(error)
  }
}

function errorOf(state: Extract<State, { tag: 'closing' | 'ended' }>): Error {
  return state.tag === 'ended' ? state.error : new Error('the journal is closed')
}

function failure({ reason, isPassing }: Extract<Answer, { kind: 'failed' }>): Error {
  return isPassing ? new StoreUnavailableError(reason) : new Error(`the journal failed: ${reason}`)
}

function startFrom(
  { session, persistedPath }: Restored,
  messages: readonly MessageRun[],
): StoredStart {
  return { session: session && { ...session, messages }, persistedPath }
}
