import { randomUUID } from 'node:crypto'
import { link, mkdir, opendir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { isAppFilePath, RECORD_NAME, RELEASES_NAME } from '../apps/releases/app-path.ts'
import { parseAppRecord } from '../apps/releases/app-record.ts'
import { APPS_NAME } from './box-folder.ts'

/** A file of an app that was copied. */
export interface CopiedFile {
  /** below the folder of all apps, with / between */
  readonly path: string
  readonly bytes: number
}

/** Where in the box's folder a copy can be for a while. */
export function newAppsCopyPath(dir: string): string {
  return join(dir, `backup-${randomUUID()}.apps`)
}

/**
 * Copies all apps, which may be deployed and deleted meanwhile: each as it is at one moment. Files of a release never
 * change, so that a link to each is as good as a copy.
 * @param dir the box's folder
 */
export async function copyApps(
  dir: string,
  copyDir: string,
  signal: AbortSignal,
): Promise<readonly CopiedFile[]> {
  const appsDir = join(dir, APPS_NAME)
  const copied: CopiedFile[] = []
  await mkdir(copyDir)
  const names = ((await ifThere(readdir(appsDir))) ?? []).filter((name) =>
    isAppFilePath(`${name}/${RECORD_NAME}`),
  )
  for (const name of names.toSorted()) {
    const files = await copyApp(join(appsDir, name), join(copyDir, name), signal)
    copied.push(...files.map(({ path, bytes }) => ({ path: `${name}/${path}`, bytes })))
  }
  return copied
}

/** Empty if it is deleted, or its list of releases is none. */
async function copyApp(
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<readonly CopiedFile[]> {
  for (;;) {
    signal.throwIfAborted()
    const text = await readRecord(from)
    const record = parseAppRecord(text)
    if (!record) return []
    const files: CopiedFile[] = []
    for (const { id } of record.releases) {
      for (const file of await linkRelease(from, to, id, signal)) files.push(file)
    }
    // Nothing of a release is removed before it is off the list: by the same list, all of them are whole.
    if ((await readRecord(from)) === text) {
      await mkdir(to, { recursive: true })
      await writeFile(join(to, RECORD_NAME), text)
      return [...files, { path: RECORD_NAME, bytes: Buffer.byteLength(text) }]
    }
    await rm(to, { recursive: true, force: true })
  }
}

/** As far as it is there. */
async function linkRelease(
  from: string,
  to: string,
  id: string,
  signal: AbortSignal,
): Promise<readonly CopiedFile[]> {
  const linked: CopiedFile[] = []
  const release = join(from, RELEASES_NAME, id)
  const linkAll = async () => {
    for await (const entry of await opendir(release, { recursive: true })) {
      signal.throwIfAborted()
      if (!entry.isFile()) continue
      const source = join(entry.parentPath, entry.name)
      const path = relative(from, source)
      await mkdir(dirname(join(to, path)), { recursive: true })
      await link(source, join(to, path))
      linked.push({ path: path.split(sep).join('/'), bytes: (await stat(source)).size })
    }
  }
  await ifThere(linkAll())
  return linked.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

async function readRecord(dir: string): Promise<string> {
  return (await ifThere(readFile(join(dir, RECORD_NAME), 'utf8'))) ?? ''
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined
    throw error
  }
}
