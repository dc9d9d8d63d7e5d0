import { type Dir, type Dirent, opendirSync } from 'node:fs'
import { join } from 'node:path'

/** Something below the upload folder. */
export interface Found {
  /** below the upload folder, with `/` between its parts; "" is the folder itself */
  readonly path: string
  readonly kind: 'folder' | 'unreadable folder' | 'other'
  /** how many folders below the upload folder it lies in */
  readonly depth: number
}

/**
 * All that is in a folder, each folder before what is in it: whoever moves a folder away as it comes is
 * spared its contents. Reads as it goes, a little each time. Names that begin with a dot are left out:
 * they are the box's own, or the file system's. Links are not followed.
 * @param deepest folders in more folders than this are told, but not opened
 */
export function* walkUploads(uploadsDir: string, deepest: number): Generator<Found> {
  yield* walkFolder(uploadsDir, { path: '', kind: 'folder', depth: -1 }, deepest)
}

function* walkFolder(uploadsDir: string, folder: Found, deepest: number): Generator<Found> {
  const { path, depth } = folder
  const dir = attempt(() => opendirSync(join(uploadsDir, path)))
  if (dir === 'gone') return
  if (dir === 'unreadable') {
    yield { path, kind: 'unreadable folder', depth }
    return
  }
  try {
    yield* walkEntries(uploadsDir, folder, dir, deepest)
  } finally {
    dir.closeSync()
  }
}

function* walkEntries(
  uploadsDir: string,
  { path, depth }: Found,
  dir: Dir,
  deepest: number,
): Generator<Found> {
  for (;;) {
    const entry = attempt(() => dir.readSync())
    if (entry === null || entry === 'gone') return
    if (entry === 'unreadable') {
      yield { path, kind: 'unreadable folder', depth }
      return
    }
    if (entry.name.startsWith('.')) continue
    const found = foundAs(entry, path, depth + 1)
    yield found
    if (found.kind === 'folder' && found.depth <= deepest) {
      yield* walkFolder(uploadsDir, found, deepest)
    }
  }
}

function foundAs(entry: Dirent, folder: string, depth: number): Found {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`
  return { path, kind: entry.isDirectory() ? 'folder' : 'other', depth }
}

/** One folder that cannot be read must not keep the others from being looked at. */
function attempt<T>(look: () => T): T | 'gone' | 'unreadable' {
  try {
    return look()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable'
  }
}
