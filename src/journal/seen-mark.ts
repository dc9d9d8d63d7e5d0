import { close, openSync, write, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { digits, SEEN_AT } from './watermark.ts'

const closeFile = promisify(close)
const writeFile = promisify(write)

/** Says how far clients have seen. */
export interface Seen {
  raise(number: number): void
  raiseLater(number: number): Promise<void>
  close(): Promise<void>
}

/**
 * The number of the newest commit that clients may have seen, in the watermark: the database's own number
 * there says nothing of commits that only the log has. It is written after a commit's record is in the log,
 * and before anybody is shown the commit. Therefore:
 *
 * - Every commit that a client saw is at or below this number. A log that ends earlier has lost some of
 *   them, wherever it was cut, and all timelines are renewed (SYNC10).
 * - Every commit at or below this number was in the log, so a process that is killed at any moment never
 *   costs a timeline. Between the two writes it leaves the log ahead of the number; in the middle of a
 *   record, a record above the number.
 *
 * The system keeps both writes when the process ends. When the machine fails, it may keep either: then the
 * mark's `bootId` decides, or with `BOX_DURABILITY=power` the record is on the disk before this is written.
 */
export class SeenMark implements Seen {
  readonly #fd: number

  /** @param watermarkPath a mark that was taken over for the database in use */
  constructor(watermarkPath: string) {
    this.#fd = openSync(watermarkPath, 'r+')
  }

  raise(number: number): void {
    writeSync(this.#fd, digits(number), SEEN_AT)
  }

  /** Has another thread wait for the disk. */
  async raiseLater(number: number): Promise<void> {
    await writeFile(this.#fd, digits(number), SEEN_AT)
  }

  close(): Promise<void> {
    return closeFile(this.#fd)
  }
}
