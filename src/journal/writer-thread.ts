import type { Worker } from 'node:worker_threads'
import { StoreUnavailableError } from '../session/session-store.ts'
import type { JournalProblem } from './problem.ts'
import type { Answer, Reply, Request } from './requests.ts'
import type { DatabaseMark } from './watermark.ts'

type WithId = Exclude<Request, { kind: 'close' }>
/** A request as its sender gives it. */
export type UnnumberedRequest<R extends WithId = WithId> = R extends WithId ? Omit<R, 'id'> : never

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

/** Told what comes from the thread by itself. */
export interface WriterObserver {
  problem(problem: JournalProblem): void
  /** The thread has ended while it was open. */
  failed(error: Error): void
}

/**
 * The journal's thread, as seen from outside: requests go in, in order, and answers come back. What fails
 * for a reason that may pass rejects with a {@link StoreUnavailableError}.
 */
export class WriterThread {
  readonly #worker: Worker
  readonly #observer: WriterObserver
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  readonly #opened = Promise.withResolvers<DatabaseMark>()
  #state: State = { tag: 'opening' }

  constructor(worker: Worker, observer: WriterObserver) {
    this.#worker = worker
    this.#observer = observer
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

  /** The database, as far as it has come. Rejects if it cannot be used, in words for its owner. */
  get opened(): Promise<DatabaseMark> {
    return this.#opened.promise
  }

  /** Sends a request that has one answer, of this kind. */
  ask<Kind extends Answer['kind']>(
    kind: Kind,
    request: UnnumberedRequest,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    return new Promise((resolve, reject) => {
      const isExpected = (answer: Answer): answer is Extract<Answer, { kind: Kind }> =>
        answer.kind === kind
      const receive = (answer: Answer) => {
        if (isExpected(answer)) resolve(answer)
      }
      this.send(request, { receive, reject })
    })
  }

  /** Sends a request that may have several answers, the last of them no `run`. */
  send(unnumbered: UnnumberedRequest, pending: Pending): void {
    if (this.#state.tag === 'closing' || this.#state.tag === 'ended') {
      pending.reject(errorOf(this.#state))
      return
    }
    const request = { ...unnumbered, id: ++this.#lastId } as WithId
    this.#worker.postMessage(request)
    this.#pending.set(request.id, pending)
  }

  /**
   * Resolves when everything asked for is done and the thread has ended.
   * @param isLogNeeded whether the database lacks what is in the log
   */
  close(isLogNeeded: boolean): Promise<void> {
    switch (this.#state.tag) {
      case 'opening':
      case 'open': {
        const end = Promise.withResolvers<void>()
        this.#state = { tag: 'closing', end }
        this.#worker.postMessage({ kind: 'close', isLogNeeded } satisfies Request)
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

  #handle(reply: Reply): void {
    if (reply.kind === 'opened') {
      if (this.#state.tag === 'opening') this.#state = { tag: 'open' }
      this.#opened.resolve(reply.mark)
      return
    }
    if (reply.kind === 'problem') {
      this.#observer.problem(reply.problem)
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
    else this.#observer.failed(error)
  }
}

function errorOf(state: Extract<State, { tag: 'closing' | 'ended' }>): Error {
  return state.tag === 'ended' ? state.error : new Error('the journal is closed')
}

function failure({ reason, isPassing }: Extract<Answer, { kind: 'failed' }>): Error {
  return isPassing ? new StoreUnavailableError(reason) : new Error(`the journal failed: ${reason}`)
}
