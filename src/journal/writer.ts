import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { whyUnavailable } from '../db/unavailable.ts'
import { type Archive, openArchive } from './archive.ts'
import { unpackCommit } from './commit-payload.ts'
import type { GarbageReport, GarbageRules, GarbageStep } from './garbage.ts'
import type { WriterOptions } from './options.ts'
import type { ParkedQuery } from './parked-sessions.ts'
import type { JournalProblem } from './problem.ts'
import type { Answer, Reply, Request } from './requests.ts'
import type { RestoreRequest } from './restore.ts'

type WithId = Exclude<Request, { kind: 'close' }>

/** How long garbage waits for the disk (ms) when it has given it enough to do. */
const DISK_WAIT_MS = 5

/** Work done in steps; what it comes to is the answer to the request of that id. */
interface Task {
  readonly id: number
  /** each step tells how long the next one can wait (ms) */
  readonly steps: Generator<number, Answer>
}

/**
 * The journal's thread. Commits are done as they come. Loads, and then garbage, inventories, trims and
 * checkpoints are done in steps, one in each turn of the event loop, so that a commit waits for one step
 * at most.
 */
class Writer {
  readonly #port: MessagePort
  readonly #archive: Archive
  readonly #loads: Task[] = []
  readonly #chores: Task[] = []
  #mayTrim = true
  /** the request to close, once it came */
  #closing: Extract<Request, { kind: 'close' }> | undefined
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
    this.#reply({ kind: 'opened', mark: this.#archive.mark })
    this.#planStep()
  }

  #handle(request: Request): void {
    if (request.kind === 'close') this.#closing = request
    else this.#attempt(request.id, () => this.#answer(request))
    this.#planStep()
  }

  #answer(request: WithId): void {
    const { id } = request
    switch (request.kind) {
      case 'commit': {
        const entries = unpackCommit(request.payload)
        const { isTrimNeeded, refused } = this.#archive.commit(entries, request.through)
        this.#reply({ kind: 'committed', id, refused })
        this.#mayTrim ||= isTrimNeeded
        break
      }
      case 'record file':
        this.#archive.recordFile(request.file)
        this.#reply({ kind: 'done', id })
        break
      case 'keep file':
        this.#archive.keepFile(request.path)
        this.#reply({ kind: 'done', id })
        break
      case 'load':
        this.#loads.push({ id, steps: this.#load(id, request.request) })
        break
      case 'collect garbage':
        this.#chores.push({
          id,
          steps: this.#collectGarbage(id, this.#archive.collectGarbage(request.rules)),
        })
        break
      case 'take inventory':
        this.#chores.push({ id, steps: this.#takeInventory(id) })
        break
      case 'remove session':
        this.#reply({
          kind: 'removed',
          id,
          isRemoved: this.#archive.removeSession(request.sessionId),
        })
        this.#mayTrim = true
        break
      case 'list snapshots':
        this.#reply({
          kind: 'snapshots',
          id,
          snapshots: this.#archive.snapshots(request.sessionId),
        })
        break
      case 'survey files':
        this.#chores.push({ id, steps: this.#surveyFiles(id, request.rules) })
        break
      case 'list parked':
        this.#chores.push({ id, steps: this.#listParked(id, request.query) })
        break
      default:
        request satisfies never
    }
  }

  #planStep(delayMs = 0): void {
    if (this.#isStepPlanned) return
    this.#isStepPlanned = true
    if (delayMs > 0) setTimeout(() => this.#step(), delayMs)
    else setImmediate(() => this.#step())
  }

  #step(): void {
    this.#isStepPlanned = false
    let delayMs = 0
    if (this.#loads.length > 0) this.#stepOn(this.#loads)
    else if (this.#closing) {
      this.#end(this.#closing.isLogNeeded)
      return
    } else if (this.#chores.length > 0) {
      delayMs = this.#stepOn(this.#chores)
      this.#checkpoint()
    } else this.#tidy()
    const isIdle = this.#loads.length === 0 && this.#chores.length === 0
    if (!isIdle || this.#closing || this.#mayTrim) this.#planStep(delayMs)
  }

  /** Does the next step of the first of them; tells how long the one after that can wait (ms). */
  #stepOn(tasks: Task[]): number {
    const [task] = tasks
    if (!task) return 0
    const delayMs = this.#attempt(task.id, () => {
      const step = task.steps.next()
      if (!step.done) return step.value
      this.#reply(step.value)
      return undefined
    })
    if (delayMs === undefined) tasks.shift()
    return delayMs ?? 0
  }

  *#load(id: number, request: RestoreRequest): Task['steps'] {
    const steps = this.#archive.restore(request)
    for (;;) {
      const step = steps.next()
      if (step.done) return { kind: 'loaded', id, restored: step.value }
      if (step.value) this.#reply({ kind: 'run', id, run: step.value })
      yield 0
    }
  }

  *#collectGarbage(id: number, steps: Generator<GarbageStep, GarbageReport>): Task['steps'] {
    let step = steps.next()
    while (!step.done) {
      yield step.value === undefined ? DISK_WAIT_MS : 0
      step = steps.next()
    }
    this.#mayTrim = true
    return { kind: 'garbage', id, report: step.value }
  }

  *#takeInventory(id: number): Task['steps'] {
    return { kind: 'inventory', id, report: yield* inSteps(this.#archive.takeInventory()) }
  }

  *#surveyFiles(id: number, rules: GarbageRules): Task['steps'] {
    return { kind: 'survey', id, survey: yield* inSteps(this.#archive.surveyFiles(rules)) }
  }

  *#listParked(id: number, query: ParkedQuery): Task['steps'] {
    return { kind: 'parked', id, page: yield* inSteps(this.#archive.listParked(query)) }
  }

  #tidy(): void {
    if (this.#mayTrim) this.#trim()
    else this.#checkpoint()
  }

  // Both can wait, and be done without: they fail when the disk is full, and so do commits then.

  #trim(): void {
    try {
      this.#mayTrim = this.#archive.trim()
    } catch (error) {
      this.#mayTrim = false
      this.#reportUpkeep(error)
    }
  }

  #checkpoint(): void {
    this.#archive.checkpoint().catch((error: unknown) => this.#reportUpkeep(error))
  }

  #reportUpkeep(error: unknown): void {
    this.#report({ kind: 'upkeep failed', reason: messageOf(error) })
  }

  /** What of the chores is not done is done after the next start. */
  #end(isLogNeeded: boolean): void {
    for (const { id, steps } of this.#chores) {
      steps.return({ kind: 'done', id })
      this.#reply({ kind: 'failed', id, reason: 'the journal is closed', isPassing: false })
    }
    this.#archive.close(isLogNeeded)
    this.#port.close()
  }

  /** Does it, or answers the request with why not. */
  #attempt<T>(id: number, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      const passing = whyUnavailable(error)
      const reason = passing ?? messageOf(error)
      this.#reply({ kind: 'failed', id, reason, isPassing: passing !== undefined })
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

/** Its steps one after the other, without a pause between them. */
function* inSteps<T>(steps: Generator<unknown, T>): Generator<0, T> {
  let step = steps.next()
  while (!step.done) {
    yield 0
    step = steps.next()
  }
  return step.value
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

if (!parentPort) throw new Error('the journal writes in a thread of its own')
new Writer(parentPort, workerData as WriterOptions).start()
