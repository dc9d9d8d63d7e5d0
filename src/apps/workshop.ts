import { Worker } from 'node:worker_threads'
import type { AdaptedFile, ServedFile } from './adapt-file.ts'
import type { AppSurvey } from './app-survey.ts'
import type { ClientVersions } from './client-address.ts'

/** A job that takes longer than this is given up (ms). */
const JOB_MS = 10_000

export type WorkshopJob =
  | { readonly kind: 'adapt'; readonly served: ServedFile }
  | {
      readonly kind: 'survey'
      readonly root: string
      readonly versions: ClientVersions
      /** fingerprint of the last survey */
      readonly known: string | undefined
    }

export type WorkshopAnswer =
  | { readonly id: number; readonly kind: 'adapted'; readonly file: AdaptedFile | undefined }
  | { readonly id: number; readonly kind: 'surveyed'; readonly survey: AppSurvey | undefined }
  | { readonly id: number; readonly kind: 'failed'; readonly error: unknown }

interface Waiting {
  readonly job: WorkshopJob
  resolve(answer: WorkshopAnswer): void
  reject(error: unknown): void
}

/** Takes people's pages apart in a thread of its own, so that no session's tick is late for it. */
export class Workshop {
  readonly #jobMs: number
  /** the first is under way */
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #deadline: NodeJS.Timeout | undefined
  #lastId = 0

  /** @param jobMs how long a job may take (ms) */
  constructor(jobMs = JOB_MS) {
    this.#jobMs = jobMs
  }

  /** @returns undefined if the file is to be served as it is */
  async adapt(served: ServedFile): Promise<AdaptedFile | undefined> {
    const answer = await this.#ask({ kind: 'adapt', served })
    return answer.kind === 'adapted' ? answer.file : undefined
  }

  /** @returns undefined if nothing has changed since the survey that is known */
  async survey(
    root: string,
    versions: ClientVersions,
    known: string | undefined,
  ): Promise<AppSurvey | undefined> {
    const answer = await this.#ask({ kind: 'survey', root, versions, known })
    return answer.kind === 'surveyed' ? answer.survey : undefined
  }

  /** Gives up what is under way, and what waits. */
  async close(): Promise<void> {
    const error = new Error('the box is being stopped')
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    await this.#endThread()
  }

  async #ask(job: WorkshopJob): Promise<WorkshopAnswer> {
    const id = ++this.#lastId
    const worker = this.#started()
    const answer = await new Promise<WorkshopAnswer>((resolve, reject) => {
      this.#waiting.set(id, { job, resolve, reject })
      if (this.#waiting.size === 1) this.#watch()
      worker.postMessage({ id, job })
    })
    if (answer.kind === 'failed') throw answer.error
    return answer
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./workshop-thread.ts', import.meta.url))
    worker.unref()
    worker.on('message', (answer: WorkshopAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer)
      this.#waiting.delete(answer.id)
      this.#watch()
    })
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#giveUp(error)
    })
    this.#worker = worker
    return worker
  }

  /** Gives the job that is under way its time. */
  #watch(): void {
    clearTimeout(this.#deadline)
    if (this.#waiting.size === 0) return
    this.#deadline = setTimeout(
      () => this.#giveUp(new Error(`a page or script took longer than ${this.#jobMs} ms`)),
      this.#jobMs,
    )
    this.#deadline.unref()
  }

  /** Gives up what is under way. Those behind it, which are no worse for that, begin anew on a new thread. */
  #giveUp(error: unknown): void {
    void this.#endThread()
    const [first] = this.#waiting
    if (!first) return
    const [id, { reject }] = first
    this.#waiting.delete(id)
    reject(error)
    for (const [id, { job }] of this.#waiting) this.#started().postMessage({ id, job })
    this.#watch()
  }

  async #endThread(): Promise<void> {
    clearTimeout(this.#deadline)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }
}
