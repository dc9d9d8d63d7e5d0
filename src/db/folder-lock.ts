import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'

/** A lock that nobody refers to would be collected as garbage, and the folder be free. */
const held = new Set<Sqlite.Database>()

/**
 * Keeps other boxes out of a folder for as long as this process lives, however it ends: the lock is the
 * operating system's, held through an otherwise empty database. Programs in containers of one machine see
 * it, too; those on other machines, as far as the file system tells them. This process must not open the
 * lock's file in any other way: closing that would give the lock up.
 * @param path of the lock's file, made if it is missing; its folder has to be there
 * @returns what gives the folder free
 * @throws {Error} in words for the person who runs the box, if a box or a restore is at work there
 */
export function lockFolder(path: string): () => void {
  const db = new Sqlite(path, { timeout: 0 })
  try {
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    throw new Error(reasonFor(path, cause as Error), { cause })
  }
  held.add(db)
  return () => {
    held.delete(db)
    db.close()
  }
}

function reasonFor(path: string, cause: Error): string {
  if ('code' in cause && String(cause.code).startsWith('SQLITE_BUSY')) {
    return (
      `the folder ${dirname(path)} is locked: another box, or a restore, is at work there. ` +
      'Stop that first, or set BOX_FILES_DIR to another folder'
    )
  }
  return (
    `${path} cannot be locked against other boxes (${cause.message}): give the user that runs the box ` +
    'the right to write there, or set BOX_FILES_DIR to another folder'
  )
}
