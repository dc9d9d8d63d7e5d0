/** SQLite's codes for what may pass, and what each is for people; extended codes begin with these. */
const PASSING: ReadonlyArray<readonly [code: string, reason: string]> = [
  ['SQLITE_FULL', 'its disk is full'],
  ['SQLITE_BUSY', 'another program holds its database'],
  ['SQLITE_IOERR', 'its disk reports errors'],
  ['SQLITE_CANTOPEN', 'its database cannot be opened'],
]

/**
 * Why the database cannot be written for now, completing "the box cannot store anything: …"; undefined
 * if the error is one that stays.
 */
export function whyUnavailable(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return PASSING.find(([prefix]) => code.startsWith(prefix))?.[1]
}
