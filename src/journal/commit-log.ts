import { close, fdatasync, ftruncate, openSync, write, writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Seen } from './seen-mark.ts'

const closeFile = promisify(close)
const cutFile = promisify(ftruncate)
const syncFile = promisify(fdatasync)

/** A write takes microseconds: the system takes the bytes, and the disk gets them later. A longer one (ms)… */
const SLOW_WRITE_MS = 20
/** …means a disk that is busy; for so long (ms) it is left to other threads to wait for it. */
const WARY_MS = 60_000

/** The two files of a commit log. */
export type LogPaths = readonly [string, string]

interface LogFile {
  readonly fd: number
  /** where the next record goes; what is behind it is old */
  end: number
  /** number of the newest commit in it */
  newest: number
}

/**
 * Where commits are safe before anyone sees them: appended to a file, which takes a fraction of what a
 * transaction takes. From there they go into the database by and by. The files take turns: one of which
 * all is in the database is written from its beginning again.
 */
export class CommitLog {
  readonly #seen: Seen
  readonly #isSynced: boolean
  #current: LogFile
  #other: LogFile
  /** until then it does not wait for the disk itself; as of `performance.now()` */
  #waryUntil = 0

  /**
   * @param paths files that are there, and hold nothing that is needed
   * @param seen told of each record, when it is in the log
   * @param isSynced whether each record has to be on the disk: to outlive a failure of the machine, or since
   *   the drive tells only then that it has no room
   */
  constructor([one, other]: LogPaths, seen: Seen, isSynced: boolean) {
    this.#seen = seen
    this.#isSynced = isSynced
    this.#current = { fd: openSync(one, 'r+'), end: 0, newest: 0 }
    this.#other = { fd: openSync(other, 'r+'), end: 0, newest: 0 }
  }

  /**
   * Resolves when the record is safe. Rejects with an error of the file system; then it may be there or
   * not, and is to be appended again. Rejects with what its making throws; then it is not there. One call at a
   * time.
   * @param number of the commit: higher than all before
   * @param record its lines; others get their turn between two of them
   */
  async append(number: number, record: Iterable<Buffer>): Promise<void> {
    const file = this.#current
    let { end } = file
    for (const line of record) {
      if (end > file.end) await nextTurn()
      if (this.#mayWriteAtOnce) this.#writeAtOnce(() => writeHere(file.fd, line, end))
      else await writeWhole(file.fd, line, end)
      end += line.length
    }
    if (this.#isSynced) await syncFile(file.fd)
    if (this.#mayWriteAtOnce) this.#writeAtOnce(() => this.#seen.raise(number))
    else await this.#seen.raiseLater(number)
    file.end = end
    file.newest = number
  }

  /** Later records go to the other file, if all in it is in the database, which has commits up to `applied`. */
  turnOver(applied: number): void {
    const next = this.#other
    if (next.newest > applied) return
    next.end = 0
    this.#other = this.#current
    this.#current = next
  }

  /** Ends it. @param isNeeded whether something in it is not in the database yet */
  async close(isNeeded: boolean): Promise<void> {
    for (const { fd, newest } of [this.#current, this.#other]) {
      if (newest > 0) await (isNeeded ? syncFile(fd) : cutFile(fd))
      await closeFile(fd)
    }
    await this.#seen.close()
  }

  get #mayWriteAtOnce(): boolean {
    return !this.#isSynced && performance.now() >= this.#waryUntil
  }

  /** To have another thread write costs ten times as much as writing. */
  #writeAtOnce(write: () => void): void {
    const start = performance.now()
    write()
    const now = performance.now()
    if (now - start > SLOW_WRITE_MS) this.#waryUntil = now + WARY_MS
  }
}

// A write may take less than it is given, when a disk fills.

function writeHere(fd: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; )
    at += writeSync(fd, bytes, at, bytes.length - at, position + at)
}

function writeWhole(fd: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const writeFrom = (start: number) => {
      write(fd, bytes, start, bytes.length - start, position + start, (error, written) => {
        if (error) reject(error)
        else if (start + written === bytes.length) resolve()
        else writeFrom(start + written)
      })
    }
    writeFrom(0)
  })
}
