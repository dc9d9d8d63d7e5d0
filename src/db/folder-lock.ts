import Sqlite from 'better-sqlite3'

/**
 * Keeps other boxes out of a folder for as long as this process lives, however it ends: the lock is the
 * operating system's, held through an otherwise empty database.
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
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw cause
    const reason = 'another box, or a restore, is at work there'
    throw new Error(`${path} is locked: ${reason}; stop it, or set BOX_FILES_DIR`, { cause })
  }
  return () => void db.close()
}
