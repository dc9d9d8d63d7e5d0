import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { FileRecord } from '../db/files.ts'
import type { Totals } from '../db/totals.ts'
import type { JournalEntry, MessageRun, StoredStart } from '../session/record.ts'
import type { SessionStore } from '../session/session-store.ts'
import { packCommit } from './commit-payload.ts'
import type { JournalProblem } from './problem.ts'
import type { Answer, Reply, Request, WriterOptions } from './requests.ts'
import type { Restored } from './restore.ts'

/**
 * Sessions and files in a database, written by a thread of its own. A load sees all that was asked for
 * before it. Once the journal is closed or its thread has ended, everything rejects.
 */
export interface Journal extends SessionStore {
  /** Remembers an upload, or that its bytes changed. */
  recordFile(file: FileRecord): Promise<void>
  stats(): Promise<Totals>
  /** Resolves when everything asked for is done, the database is in one file and the thread has ended. */
  close(): Promise<void>
}

export interface JournalOptions extends WriterOptions {
  /** Told of what is amiss in what is stored. */
  readonly onProblem?: (problem: JournalProblem) => void
  /** Told once, if the thread ends while the journal is open. */
  readonly onFailure?: (error: Error) => void
}

/** @throws {Error} if the database cannot be used, in words for the person who runs the box */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const workerData: WriterOptions = {
    databasePath: options.databasePath,
    uploadsDir: options.uploadsDir,
  }
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData })
  await once(worker, 'message')
  const journal = new ThreadJournal(worker, options)
  journal.listen()
  return journal
}

/** A request under way. */
interface Pending {
  readonly receive: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

type State =
  | { readonly tag: 'open' }
  | { readonly tag: 'closing'; readonly end: PromiseWithResolvers<void> }
  | { readonly tag: 'ended'; readonly error: Error }

class ThreadJournal implements Journal {
  readonly #worker: Worker
  readonly #options: JournalOptions
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #state: State = { tag: 'open' }

  constructor(worker: Worker, options: JournalOptions) {
    this.#worker = worker
    this.#options = options
  }

  listen(): void {
    this.#worker.on('message', (reply: Reply) => this.#handle(reply))
    this.#worker.on('error', (cause: Error) => {
      this.#endWith(new Error(`the journal failed: ${cause.message}`, { cause }))
    })
    this.#worker.on('exit', () => {
      if (this.#state.tag === 'closing') this.#endClosed(this.#state.end)
      else this.#endWith(new Error("the journal's thread ended by itself"))
    })
  }

  commit(entries: readonly JournalEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = { kind: 'commit', id: ++this.#lastId, payload: packCommit(entries) } as const
      this.#send(request, { receive: () => resolve(), reject })
    })
  }

  recordFile({ path, bytes }: FileRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = { kind: 'record file', id: ++this.#lastId, file: { path, bytes } } as const
      this.#send(request, { receive: () => resolve(), reject })
    })
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

  stats(): Promise<Totals> {
    return new Promise((resolve, reject) => {
      const receive = (answer: Answer) => {
        if (answer.kind === 'totals') resolve(answer.totals)
      }
      this.#send({ kind: 'totals', id: ++this.#lastId }, { receive, reject })
    })
  }

  close(): Promise<void> {
    switch (this.#state.tag) {
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

  #send(request: Exclude<Request, { kind: 'close' }>, pending: Pending): void {
    if (this.#state.tag !== 'open') {
      pending.reject(errorOf(this.#state))
      return
    }
    this.#worker.postMessage(request)
    this.#pending.set(request.id, pending)
  }

  #handle(reply: Reply): void {
    if (reply.kind === 'opened') return
    if (reply.kind === 'problem') {
      this.#options.onProblem?.(reply.problem)
      return
    }
    const pending = this.#pending.get(reply.id)
    if (reply.kind !== 'run') this.#pending.delete(reply.id)
    if (reply.kind === 'failed') pending?.reject(new Error(`the journal failed: ${reply.reason}`))
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
    if (before.tag === 'closing') before.end.reject(error)
    else this.#options.onFailure?.(error)
  }
}

function errorOf(state: Exclude<State, { tag: 'open' }>): Error {
  return state.tag === 'ended' ? state.error : new Error('the journal is closed')
}

function startFrom(
  { session, persistedPath }: Restored,
  messages: readonly MessageRun[],
): StoredStart {
  return { session: session && { ...session, messages }, persistedPath }
}
