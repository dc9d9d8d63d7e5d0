import { openReader, tellsDamage } from './database.ts'

/** Enough to see that a database is damaged: they tend to come by the thousand. */
const MOST_FINDINGS = 10

/**
 * Reads a whole database and tells what is damaged in it, the first of it, in SQLite's words.
 * That takes seconds for a large one and cannot be interrupted.
 * @throws {Error} if the database cannot be read for another reason
 */
export function quickCheck(path: string): readonly string[] {
  const db = openReader(path)
  const findings: string[] = []
  try {
    const check = db.prepare<[], string>(`PRAGMA quick_check(${MOST_FINDINGS})`).pluck()
    for (const text of check.iterate()) findings.push(...text.split('\n').filter(isFinding))
  } catch (error) {
    // Damage can be such that the check itself cannot go on.
    if (!tellsDamage(error)) throw error
    findings.push((error as Error).message)
  } finally {
    db.close()
  }
  return findings
}

/** All else is a heading, or that all is well. */
function isFinding(line: string): boolean {
  return line !== 'ok' && !line.startsWith('***')
}
