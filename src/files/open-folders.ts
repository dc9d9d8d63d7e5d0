import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Folders {
  readonly uploadsDir: string
  readonly incomingDir: string
  readonly trashDir: string
}

/**
 * Makes the folders, and empties those whose files are there for a moment only. At once: while the box
 * starts, each turn of the event loop is a long one.
 * @param dir the folder they are in, for the message
 * @throws {Error} with a sentence for the owner of the box if files cannot be stored there
 */
export function openFolders(dir: string, { uploadsDir, incomingDir, trashDir }: Folders): void {
  const probe = join(incomingDir, 'probe')
  const linkedProbe = join(uploadsDir, '.probe')
  try {
    for (const folder of [incomingDir, trashDir]) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    }
    mkdirSync(uploadsDir, { recursive: true })
    rmSync(linkedProbe, { force: true })
    // A permission bit promises little on a mounted volume: do what an upload does.
    writeFileSync(probe, '')
    linkSync(probe, linkedProbe)
    rmSync(linkedProbe)
    rmSync(probe)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `no file can be stored in ${dir} (${reason}): give the user that runs the box the right to ` +
        'write there, on a file system with hard links, or set BOX_FILES_DIR to another folder',
      { cause },
    )
  }
}
