import type { LogPaths } from './commit-log.ts'
import type { JournalProblem } from './problem.ts'

/** What the journal's thread is started with. */
export interface WriterOptions {
  readonly databasePath: string
  readonly watermarkPath: string
  /** of the commit log; made if they are missing */
  readonly logPaths: LogPaths
  /** where the paths of snapshots and saved data lead */
  readonly uploadsDir: string
  /** where uploads that nobody needs go before they are deleted, and files that are not right */
  readonly trashDir: string
  readonly quarantineDir: string
  /** what commits outlive: the process, or a power failure, too */
  readonly durability: 'process' | 'power'
  /** `rollback` for a file system that the write-ahead log cannot be trusted to */
  readonly journalMode: 'wal' | 'rollback'
  /** how many snapshots a session can fall back to */
  readonly keptSnapshots: number
  /** of this program, for an older one that meets the database */
  readonly programVersion: string
  /** differs after each start of the machine; "" if the machine does not tell */
  readonly bootId: string
}

/** What the archive needs besides, which does not cross to another thread. */
export interface ArchiveOptions extends WriterOptions {
  /** ms since 1970 */
  readonly wallTime: () => number
  readonly onProblem: (problem: JournalProblem) => void
}
