import { mkdir, opendir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../files/sync-folder.ts'
import { replaceFile, setAside } from '../../system/durable-file.ts'
import { RECORD_NAME, RELEASES_NAME } from './app-path.ts'
import {
  type AppRecord,
  type AppRelease,
  isReleaseId,
  parseAppRecord,
  releaseTime,
} from './app-record.ts'
import { removeFolder } from './remove-folder.ts'

/** What an app's folder was found to hold. */
export interface FoundApp {
  /** undefined: nothing that can be served */
  readonly record: AppRecord | undefined
  /** what was wrong, and was put right as far as possible; "" if nothing was */
  readonly damage: string
}

/**
 * The folder of one app: `app.json`, which says which releases there are and which one is active, and `releases/`, with
 * a folder for each. A release is there from the moment that the record names it, and is gone from the moment that it does not.
 */
export class AppFolder {
  readonly dir: string

  constructor(dir: string) {
    this.dir = dir
  }

  releaseDir(id: string): string {
    return join(this.dir, RELEASES_NAME, id)
  }

  /** Makes the folder if need be, and moves a release's files into it. It is not there until a record says so. */
  async take(id: string, files: string): Promise<void> {
    await mkdir(join(this.dir, RELEASES_NAME), { recursive: true })
    await rename(files, this.releaseDir(id))
    for (const folder of [join(this.dir, RELEASES_NAME), this.dir, join(this.dir, '..')]) {
      await syncFolder(folder)
    }
  }

  async write(record: AppRecord): Promise<void> {
    await replaceFile(join(this.dir, RECORD_NAME), `${JSON.stringify(record, undefined, 1)}\n`)
  }

  /** @param wallTime for the name of what is set aside */
  async read(wallTime: number): Promise<FoundApp> {
    const path = join(this.dir, RECORD_NAME)
    const text = await ifThere(readFile(path, 'utf8'))
    if (text === undefined) return this.#withoutRecord()
    const record = parseAppRecord(text)
    if (record) return this.#withoutMissing(record)
    const damage = `its list of releases was damaged: ${await setAside(path, wallTime)}`
    return { record: await this.#recordOfWhatIsThere(), damage }
  }

  /** Removes what the record does not name, and the folder if nothing is left of the app. */
  async tidy(record: AppRecord | undefined): Promise<void> {
    const named = new Set(record?.releases.map(({ id }) => id))
    const extra = (await this.#releaseIds()).filter((id) => !named.has(id))
    for (const id of extra) await removeFolder(this.releaseDir(id))
    await rm(join(this.dir, `${RECORD_NAME}.new`), { force: true })
    if (record) return
    await removeIfEmpty(join(this.dir, RELEASES_NAME))
    await removeIfEmpty(this.dir)
  }

  async #releaseIds(): Promise<readonly string[]> {
    return ((await ifThere(readdir(join(this.dir, RELEASES_NAME)))) ?? []).filter(isReleaseId)
  }

  /** Either no deployment ever came to its end, or the list was damaged, and no other was written before the box ended. */
  async #withoutRecord(): Promise<FoundApp> {
    const names = (await ifThere(readdir(this.dir))) ?? []
    const aside = names.find((name) => name.startsWith(`${RECORD_NAME}.damaged`))
    const record = aside === undefined ? undefined : await this.#recordOfWhatIsThere()
    return { record, damage: record ? `its list of releases was damaged: ${aside}` : '' }
  }

  /** Whatever took a release's folder away, the others go on. */
  async #withoutMissing(record: AppRecord): Promise<FoundApp> {
    const there = new Set(await this.#releaseIds())
    const releases = record.releases.filter(({ id }) => there.has(id))
    if (releases.length === record.releases.length) return { record, damage: '' }
    const rest = recordOf(releases, record.active)
    const damage = 'releases of it are missing'
    return { record: rest && { ...record, ...rest }, damage }
  }

  async #recordOfWhatIsThere(): Promise<AppRecord | undefined> {
    const releases: AppRelease[] = []
    for (const id of (await this.#releaseIds()).toSorted().reverse()) {
      const createdAt = new Date(releaseTime(id)).toISOString()
      const size = await sizeOf(this.releaseDir(id))
      releases.push({ id, createdAt, by: '', ...size, title: '', icon: '' })
    }
    return recordOf(releases)
  }
}

function recordOf(releases: readonly AppRelease[], active?: string): AppRecord | undefined {
  const [newest] = releases
  const found = releases.find(({ id }) => id === active) ?? newest
  return found && { active: found.id, releases }
}

async function sizeOf(dir: string): Promise<{ files: number; bytes: number }> {
  let [files, bytes] = [0, 0]
  for await (const entry of await opendir(dir, { recursive: true })) {
    if (!entry.isFile()) continue
    files += 1
    bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return { files, bytes }
}

async function removeIfEmpty(dir: string): Promise<void> {
  try {
    await rmdir(dir)
  } catch (error) {
    if (!isOneOf(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error
  }
}

async function ifThere<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (isOneOf(error, 'ENOENT')) return undefined
    throw error
  }
}

function isOneOf(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
