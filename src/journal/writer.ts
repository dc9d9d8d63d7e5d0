import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { MessageRun } from '../session/record.ts'
import { type Archive, openArchive } from './archive.ts'
import { unpackCommit } from './commit-payload.ts'
import type { JournalProblem } from './problem.ts'
import type { Reply, Request, WriterOptions } from './requests.ts'
import type { Restored } from './restore.ts'

type WithId = Exclude<Request, { kind: 'close' }>

/**
 * The journal's thread. Commits are done as they come. Loads, trims and checkpoints are done in steps,
 * one in each turn of the event loop, so that a commit waits for one step at most.
 */
class Writer {
  readonly #port: MessagePort
  readonly #archive: Archive
  readonly #loads: Array<{ id: number; steps: Generator<MessageRun | undefined, Restored> }> = []
  #mayTrim = true
  #isClosing = false
  #isStepPlanned = false

  constructor(port: MessagePort, options: WriterOptions) {
    this.#port = port
    this.#archive = openArchive({
      ...options,
      wallTime: Date.now,
      onProblem: (problem) => this.#report(problem),
    })
  }

  start(): void {
    this.#port.on('message', (request: Request) => this.#handle(request))
    this.#reply({ kind: 'opened' })
    this.#planStep()
  }

  #handle(request: Request): void {
    if (request.kind === 'close') this.#isClosing = true
    else this.#attempt(request.id, () => this.#answer(request))
    this.#planStep()
  }

  #answer(request: WithId): void {
    const { id } = request
    switch (request.kind) {
      case 'commit': {
        const entries = unpackCommit(request.payload)
        const isTrimNeeded = this.#archive.commit(entries)
        this.#reply({ kind: 'done', id })
        this.#mayTrim ||= isTrimNeeded
        break
      }
      case 'record file':
        this.#archive.recordFile(request.file)
        this.#reply({ kind: 'done', id })
        break
      case 'totals':
        this.#reply({ kind: 'totals', id, totals: this.#archive.totals() })
        break
      case 'load':
        this.#loads.push({ id, steps: this.#archive.restore(request.request) })
        break
      default:
        request satisfies never
    }
  }

  #planStep(): void {
    if (this.#isStepPlanned) return
    this.#isStepPlanned = true
    setImmediate(() => this.#step())
  }

  #step(): void {
    this.#isStepPlanned = false
    if (this.#loads.length > 0) this.#stepLoad()
    else if (this.#isClosing) {
      this.#end()
      return
    } else this.#keepUp()
    if (this.#loads.length > 0 || this.#isClosing || this.#mayTrim) this.#planStep()
  }

  #stepLoad(): void {
    const load = this.#loads[0]
    if (!load) return
    const { id, steps } = load
    const isUnfinished = this.#attempt(id, () => {
      const step = steps.next()
      if (step.done) this.#reply({ kind: 'loaded', id, restored: step.value })
      else if (step.value) this.#reply({ kind: 'run', id, run: step.value })
      return !step.done
    })
    if (!isUnfinished) this.#loads.shift()
  }

  /** What can wait, and be done without: it fails when the disk is full, and so do commits then. */
  #keepUp(): void {
    try {
      this.#mayTrim = this.#mayTrim && this.#archive.trim()
      if (!this.#mayTrim) this.#archive.checkpoint()
    } catch (error) {
      this.#mayTrim = false
      this.#report({ kind: 'upkeep failed', reason: messageOf(error) })
    }
  }

  #end(): void {
    this.#archive.close()
    this.#port.close()
  }

  /** Does it, or answers the request with why not. */
  #attempt<T>(id: number, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      this.#reply({ kind: 'failed', id, reason: messageOf(error) })
      return undefined
    }
  }

  #report(problem: JournalProblem): void {
    this.#reply({ kind: 'problem', problem })
  }

  #reply(reply: Reply): void {
    this.#port.postMessage(reply)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

if (!parentPort) throw new Error('the journal writes in a thread of its own')
new Writer(parentPort, workerData as WriterOptions).start()
