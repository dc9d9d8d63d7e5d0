import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'

/** A database, as it tells itself. */
export interface DatabaseMark {
  readonly id: string
  /** commits since it was made */
  readonly commits: number
}

/**
 * Where the last commits are: in the database, on the disk (`safe`); perhaps in the log only, on the disk
 * (`logged`), or where a failure of the machine can undo them (`unsynced`). `at-risk` is what a box without a
 * log wrote: in the database, where a failure can undo them.
 */
type Risk = 'safe' | 'logged' | 'unsynced' | 'at-risk'

export interface Mark extends DatabaseMark {
  /** number of the newest commit that clients may have seen; see `SeenMark`, which writes it */
  readonly seen: number
  /** of the start of the machine in which it was written */
  readonly bootId: string
  readonly risk: Risk
}

const COMMITS_WIDTH = 16
const RISK_WIDTH = 'unsynced'.length
/** Where in the file the numbers are that change by themselves (bytes). */
export const SEEN_AT = COMMITS_WIDTH + 1
const RISK_AT = SEEN_AT + COMMITS_WIDTH + 1

/**
 * How far the database has come, written beside it each time that it got further. One that has not come so
 * far, with what the commit log has for it, is not what clients know (SYNC10): it is an older copy, its
 * write-ahead log was cut off, or it lost its last commits with the power.
 */
export class Watermark {
  readonly #fd: number

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Takes the mark over, for a database that is in use from now on; it is on the disk when this returns. */
  static take(path: string, now: Omit<Mark, 'seen'>): Watermark {
    // Never empty, not even for a moment in which the process may be killed.
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644)
    const text = textOf({ ...now, seen: now.commits })
    writeSync(fd, text, 0)
    ftruncateSync(fd, text.length)
    fsyncSync(fd)
    return new Watermark(fd)
  }

  /** The database has had so many commits. */
  raise(commits: number): void {
    writeSync(this.#fd, digits(commits), 0)
  }

  /** @param isSafe whether everything is in the database, and on the disk */
  close(isSafe: boolean): void {
    if (isSafe) writeSync(this.#fd, 'safe'.padEnd(RISK_WIDTH), RISK_AT)
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }
}

/**
 * Why clients may know more than a database; undefined: they do not. To be asked, and acted upon, before
 * the mark is taken over: that makes it believe the database.
 * @param now what is true of the database and the machine; a `bootId` of "" says that no one knows
 * @param hasLog whether its commit log was there, of which all is in the database now
 */
export function doubtOf(
  path: string,
  now: Omit<Mark, 'risk' | 'seen'>,
  hasLog: boolean,
): string | undefined {
  const before = read(path)
  if (!before) return now.commits === 0 ? undefined : 'there is no watermark beside it'
  if (before.id !== now.id) return 'the watermark beside it is of another database'
  if (before.commits > now.commits) {
    return `it has ${now.commits} commits, and had ${before.commits}`
  }
  if (isLogged(before) && !hasLog) return 'its commit log is gone'
  if (before.seen > now.commits) {
    return `its log ends at commit ${now.commits}, and went to ${before.seen}`
  }
  if (isUndoable(before) && before.bootId !== now.bootId) {
    return 'the machine went down while it was in use'
  }
  return undefined
}

function isLogged({ risk }: Mark): boolean {
  return risk === 'logged' || risk === 'unsynced'
}

function isUndoable({ risk }: Mark): boolean {
  return risk === 'unsynced' || risk === 'at-risk'
}

/** The numbers come first and have one width, so that they can be overwritten in place. */
function textOf({ commits, seen, id, bootId, risk }: Mark): string {
  return `${digits(commits)} ${digits(seen)} ${risk.padEnd(RISK_WIDTH)} ${id} ${bootId}\n`
}

export function digits(commits: number): string {
  return String(commits).padStart(COMMITS_WIDTH, '0')
}

function read(path: string): Mark | undefined {
  const text = readIfThere(path)
  // Older boxes did not write what clients saw.
  const found = /^(\d{16}) (?:(\d{16}) )?(safe|logged|unsynced|at-risk) +(\S+) (\S*)\n$/.exec(text)
  if (!found) return undefined
  const [, commits, seen = commits, risk, id = '', bootId = ''] = found
  return { commits: Number(commits), seen: Number(seen), risk: risk as Risk, id, bootId }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return ''
    throw error
  }
}
