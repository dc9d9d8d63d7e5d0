import { existsSync } from 'node:fs'
import { mkdir, rename, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../files/sync-folder.ts'
import { APPS_NAME, DATA_NAMES, DATABASE_NAME, OWN_FOLDERS, UPLOADS_NAME } from './box-folder.ts'
import { syncFolders } from './sync-folders.ts'

type Move = readonly [from: string, to: string]

/**
 * Moves a box's data aside and new data, whose files are synced, into its place. If it rejects, the old
 * data is where it was. What the box knows for itself, and apps, stay as they are if there is nothing new.
 * @param newDir holds the new database and uploads, and perhaps what the box knows for itself, and apps, on the file system of `dir`
 * @param asideDir made for what was in `dir`
 */
export async function replaceData(dir: string, newDir: string, asideDir: string): Promise<void> {
  await syncFolders(newDir)
  await mkdir(asideDir)
  const others = [...OWN_FOLDERS, APPS_NAME].filter((name) => existsSync(join(newDir, name)))
  const old: Move[] = [...DATA_NAMES, ...others]
    .filter((name) => existsSync(join(dir, name)))
    .map((name) => [join(dir, name), join(asideDir, name)])
  // The database last: before it is there, nobody takes the rest for a box's data.
  const fresh: Move[] = [UPLOADS_NAME, ...others, DATABASE_NAME].map((name) => [
    join(newDir, name),
    join(dir, name),
  ])
  try {
    await moveAll([...old, ...fresh])
  } catch (error) {
    // Nothing is lost even if it could not be put back: then this fails, and names the folder.
    await rmdir(asideDir)
    throw error
  }
  await syncFolder(asideDir)
  await syncFolder(dir)
}

/** All, or none of them. */
async function moveAll(moves: readonly Move[]): Promise<void> {
  const done: Move[] = []
  try {
    for (const [from, to] of moves) {
      await rename(from, to)
      done.push([from, to])
    }
  } catch (error) {
    for (const [from, to] of done.reverse()) await rename(to, from)
    throw error
  }
}
