import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import type { FileRecord } from '../db/files.ts'
import type { StoredSnapshot } from '../db/snapshots.ts'
import type { JournalEntry, MessageRun, StoredStart } from '../session/record.ts'
import type { SessionStore } from '../session/session-store.ts'
import { CommitLog } from './commit-log.ts'
import { CommitPipeline } from './commit-pipeline.ts'
import type { FileSurvey } from './file-survey.ts'
import type { GarbageReport, GarbageRules } from './garbage.ts'
import type { InventoryReport } from './inventory.ts'
import type { WriterOptions } from './options.ts'
import type { ParkedPage, ParkedQuery } from './parked-sessions.ts'
import type { JournalProblem } from './problem.ts'
import type { Answer } from './requests.ts'
import type { Restored, RestoreRequest } from './restore.ts'
import type { RefusedSession } from './salvage.ts'
import { SeenMark } from './seen-mark.ts'
import { type UnnumberedRequest, WriterThread } from './writer-thread.ts'

/**
 * Sessions and files in a database, written by a thread of its own, and a log before it in which commits
 * are safe. A load sees all that was asked for before it. What fails for a reason that may pass rejects
 * with a `StoreUnavailableError`. Once the journal is closed or its thread has ended, everything rejects.
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
  /** Deletes what nobody needs, in steps between which everything else goes on. */
  collectGarbage(rules: GarbageRules): Promise<GarbageReport>
  /** Compares the index of files with the disk, likewise, and mends the index. */
  takeInventory(): Promise<InventoryReport>
  /**
   * Removes what is stored of a session that nobody is in and nobody may open meanwhile, and what it saved
   * for the next one, unless there is another session of that app and `persistentId`. Its files follow as
   * garbage does, a day later. @returns false if there is no such session
   */
  removeSession(sessionId: string): Promise<boolean>
  /** The snapshots of a session, the newest first, as far as they are in the database: a second later. */
  snapshotsOf(sessionId: string): Promise<readonly StoredSnapshot[]>
  /** Counts the files that the index knows by whose they are, in steps, and what of them is garbage now. */
  surveyFiles(rules: GarbageRules): Promise<FileSurvey>
  /** Looks for sessions that are stored and do not run, in steps. */
  listParked(query: ParkedQuery): Promise<ParkedPage>
  /** Resolves when everything asked for is done, the database is in one file and the thread has ended. */
  close(): Promise<void>
}

export interface JournalOptions extends WriterOptions {
  /** Told of what is amiss in what is stored. */
  readonly onProblem?: (problem: JournalProblem) => void
  /** Told once, if the journal can no longer be used while it is open. */
  readonly onFailure?: (error: Error) => void
}

/** Starts a journal. It takes requests at once and does them when it is open. */
export function startJournal(options: JournalOptions): Journal {
  const { onProblem, onFailure, ...workerData } = options
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData })
  const journal = new LoggedJournal(worker, options)
  journal.listen()
  return journal
}

/** Opens one and waits until it is open. @throws {Error} as {@link Journal.opened} tells */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const journal = startJournal(options)
  await journal.opened
  return journal
}

/** Sessions that are read at once: what comes of them in one turn of the event loop is handled in that turn. */
const MOST_LOADS = 8

class LoggedJournal implements Journal {
  readonly #thread: WriterThread
  readonly #options: JournalOptions
  readonly #pipeline: Promise<CommitPipeline>
  readonly #loads = pLimit(MOST_LOADS)
  #closing: Promise<void> | undefined
  #failure: Error | undefined

  constructor(worker: Worker, options: JournalOptions) {
    this.#options = options
    this.#thread = new WriterThread(worker, {
      problem: (problem) => options.onProblem?.(problem),
      failed: (error) => this.#fail(error),
    })
    this.#pipeline = this.#openPipeline()
  }

  listen(): void {
    this.#thread.listen()
    // Who does not wait for it learns of its failure by a request.
    this.#pipeline.catch(() => {})
  }

  get opened(): Promise<void> {
    return this.#pipeline.then(() => {})
  }

  async commit(entries: readonly JournalEntry[]): Promise<void> {
    this.#refuseIfEnded()
    const pipeline = await this.#pipeline
    return pipeline.commit(entries)
  }

  async recordFile({ path, bytes }: FileRecord): Promise<void> {
    await this.#ask('done', { kind: 'record file', file: { path, bytes } })
  }

  async keepFile(path: string): Promise<void> {
    await this.#ask('done', { kind: 'keep file', path })
  }

  async load(
    sessionId: string,
    appId: string | undefined,
    persistentId: string | undefined,
  ): Promise<StoredStart> {
    this.#refuseIfEnded()
    const pipeline = await this.#pipeline
    await pipeline.settleFor(sessionId)
    pipeline.readmit(sessionId)
    return this.#loads(() => this.#load({ sessionId, appId, persistentId }))
  }

  async collectGarbage(rules: GarbageRules): Promise<GarbageReport> {
    return (await this.#ask('garbage', { kind: 'collect garbage', rules })).report
  }

  async takeInventory(): Promise<InventoryReport> {
    return (await this.#ask('inventory', { kind: 'take inventory' })).report
  }

  async removeSession(sessionId: string): Promise<boolean> {
    this.#refuseIfEnded()
    const pipeline = await this.#pipeline
    await pipeline.settleFor(sessionId)
    return (await this.#ask('removed', { kind: 'remove session', sessionId })).isRemoved
  }

  async snapshotsOf(sessionId: string): Promise<readonly StoredSnapshot[]> {
    return (await this.#ask('snapshots', { kind: 'list snapshots', sessionId })).snapshots
  }

  async surveyFiles(rules: GarbageRules): Promise<FileSurvey> {
    return (await this.#ask('survey', { kind: 'survey files', rules })).survey
  }

  async listParked(query: ParkedQuery): Promise<ParkedPage> {
    this.#refuseIfEnded()
    const pipeline = await this.#pipeline
    await pipeline.settle()
    return (await this.#ask('parked', { kind: 'list parked', query })).page
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #openPipeline(): Promise<CommitPipeline> {
    const mark = await this.#thread.opened
    const { logPaths, watermarkPath, durability, journalMode } = this.#options
    const isSynced = durability === 'power' || journalMode === 'rollback'
    const log = new CommitLog(logPaths, new SeenMark(watermarkPath), isSynced)
    const onFailure = (error: Error) => this.#fail(error)
    const onRefused = (refused: RefusedSession) => {
      this.#options.onProblem?.({ kind: 'session refused', ...refused })
    }
    return new CommitPipeline({ thread: this.#thread, log, mark, onFailure, onRefused })
  }

  async #close(): Promise<void> {
    const pipeline = await this.#pipeline.catch(() => undefined)
    try {
      // What the database does not take now stays in the log.
      await pipeline?.settle().catch(() => {})
      await this.#thread.close(pipeline?.isLogNeeded ?? false)
    } finally {
      await pipeline?.close()
    }
  }

  #load(request: RestoreRequest): Promise<StoredStart> {
    return new Promise((resolve, reject) => {
      const messages: MessageRun[] = []
      const receive = (answer: Answer) => {
        if (answer.kind === 'run') messages.push(answer.run)
        else if (answer.kind === 'loaded') resolve(startFrom(answer.restored, messages))
      }
      this.#thread.send({ kind: 'load', request }, { receive, reject })
    })
  }

  async #ask<Kind extends Answer['kind']>(
    kind: Kind,
    request: UnnumberedRequest,
  ): Promise<Extract<Answer, { kind: Kind }>> {
    this.#refuseIfEnded()
    return this.#thread.ask(kind, request)
  }

  #refuseIfEnded(): void {
    if (this.#failure) throw this.#failure
    if (this.#closing) throw new Error('the journal is closed')
  }

  #fail(error: Error): void {
    if (this.#failure) return
    this.#failure = error
    this.#options.onFailure?.(error)
  }
}

function startFrom(
  { session, persistedPath }: Restored,
  messages: readonly MessageRun[],
): StoredStart {
  return { session: session && { ...session, messages }, persistedPath }
}
