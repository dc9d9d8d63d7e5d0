const FULL = 'its disk is full'
const READ_ONLY = 'its disk is read-only'
const FAILING = 'its disk reports errors'

/**
 * Codes for what may pass, and what each is for people: SQLite's, of which extended ones begin with these,
 * and the file system's.
 */
const PASSING: ReadonlyArray<readonly [code: string, reason: string]> = [
  ['SQLITE_FULL', FULL],
  ['SQLITE_BUSY', 'another program holds its database'],
  ['SQLITE_IOERR', FAILING],
  ['SQLITE_CANTOPEN', 'its database cannot be opened'],
  ['SQLITE_READONLY', READ_ONLY],
  ['EROFS', READ_ONLY],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ...['EIO', 'EAGAIN', 'ESTALE', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'ENETDOWN'].map(
    (code) => [code, FAILING] as const,
  ),
]

/**
 * Why nothing can be stored for now, completing "the box cannot store anything: …"; undefined if the
 * error is one that stays.
 */
export function whyUnavailable(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return PASSING.find(([prefix]) => code.startsWith(prefix))?.[1]
}
