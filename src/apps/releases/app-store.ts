import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import pLimit from 'p-limit'
import { syncFolder } from '../../files/sync-folder.ts'
import { isInRange, type PortRange } from '../origins/origin-rule.ts'
import { AppFolder } from './app-folder.ts'
import { isAppName } from './app-name.ts'
import { type AppRecord, type AppRelease, newReleaseId, releaseTime } from './app-record.ts'
import { DeployError } from './deploy-error.ts'
import type { HostedApp, HostedApps } from './hosted-apps.ts'
import { removeFolder } from './remove-folder.ts'

/** So many releases of an app are kept: a new one is active at once, and takes the place of the oldest. */
export const KEPT_RELEASES = 5
/** For what is there for a moment only; no app can be called so. */
const INCOMING_NAME = '.incoming'
const TRASH_NAME = '.trash'

/** What is known of a release before it has its place. */
export type NewRelease = Omit<AppRelease, 'id' | 'createdAt'>

export interface AppStoreParts {
  /** absolute path of the folder that holds all apps; made if it is missing */
  readonly dir: string
  /** ms since 1970 */
  readonly wallTime: () => number
  /** of which each app gets one, for its own origin; undefined: none gets one */
  readonly ports?: PortRange | undefined
  readonly log: { readonly error: (fields: object, text: string) => void }
}

/** How much is kept. */
export interface AppTotals {
  readonly apps: number
  readonly releases: number
  readonly bytes: number
}

/**
 * The hosted apps, on disk and as far as memory needs to know. Changes take turns; each is on the disk when its promise
 * resolves, and whatever happens before, an app is as it was or as it is to be.
 */
export class AppStore implements HostedApps {
  readonly #parts: AppStoreParts
  readonly #records = new Map<string, AppRecord>()
  readonly #listeners = new Set<(name: string) => void>()
  readonly #inTurn = pLimit(1)

  constructor(parts: AppStoreParts) {
    this.#parts = parts
  }

  /** Finds the apps, and removes what a killed process left half done. */
  async open(): Promise<void> {
    const { dir } = this.#parts
    await mkdir(dir, { recursive: true })
    for (const name of [INCOMING_NAME, TRASH_NAME]) {
      await removeFolder(join(dir, name))
      await mkdir(join(dir, name))
    }
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.isDirectory() && isAppName(entry.name)) await this.#openApp(entry.name)
    }
    await this.#allotPorts()
  }

  /** Resolves when all changes that were asked for are done. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {})
  }

  activeFolder(name: string): string | undefined {
    const record = this.#records.get(name)
    return record && this.#folder(name).releaseDir(record.active)
  }

  list(): readonly HostedApp[] {
    const names = [...this.#records.keys()].toSorted()
    return names.flatMap((name) => this.find(name) ?? [])
  }

  find(name: string): HostedApp | undefined {
    const record = this.#records.get(name)
    const active = record?.releases.find(({ id }) => id === record.active)
    if (!record || !active) return undefined
    const { releases } = record
    return { name, active, releases, port: this.#portIn(record) }
  }

  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  totals(): AppTotals {
    const releases = [...this.#records.values()].flatMap((record) => record.releases)
    const bytes = releases.reduce((sum, release) => sum + release.bytes, 0)
    return { apps: this.#records.size, releases: releases.length, bytes }
  }

  /** An empty folder in which a release can be made ready, on the volume of the apps. Whoever takes it removes it. */
  async newWorkFolder(): Promise<string> {
    const dir = join(this.#parts.dir, INCOMING_NAME, randomUUID())
    await mkdir(dir)
    return dir
  }

  /**
   * Adds a release and activates it. The oldest go that are too many.
   * @param files a folder with its files, all of them on the disk; it is moved away
   */
  add(name: string, files: string, facts: NewRelease): Promise<AppRelease> {
    return this.#change(name, async (folder, before) => {
      const id = newReleaseId(this.#parts.wallTime(), before?.releases ?? [])
      const release = { id, createdAt: new Date(releaseTime(id)).toISOString(), ...facts }
      await folder.take(id, files)
      const releases = [release, ...(before?.releases ?? [])].slice(0, KEPT_RELEASES)
      const port = this.#portIn(before) ?? this.#freePort() ?? before?.port
      return [release, { active: id, releases, ...(port !== undefined && { port }) }]
    })
  }

  /**
   * Has visitors get another release.
   * @throws {DeployError} if there is no such release
   */
  activate(name: string, id: string): Promise<AppRelease> {
    return this.#change(name, async (_folder, before) => {
      const release = found(name, id, before)
      return [release, { ...before, releases: releasesOf(before), active: id }]
    })
  }

  /** @throws {DeployError} if there is no such release, or visitors get it */
  removeRelease(name: string, id: string): Promise<AppRelease> {
    return this.#change(name, async (_folder, before) => {
      const release = found(name, id, before)
      if (before?.active === id) {
        const message = `release ${id} of ${name} is the active one: activate another one first`
        throw new DeployError(409, message)
      }
      const releases = releasesOf(before).filter((other) => other !== release)
      return [release, { ...before, active: before?.active ?? '', releases }]
    })
  }

  /** @throws {DeployError} if there is no such app */
  async remove(name: string): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.#records.has(name)) throw noApp(name)
      const trash = join(this.#parts.dir, TRASH_NAME, randomUUID())
      await rename(this.#folder(name).dir, trash)
      this.#records.delete(name)
      this.#tell(name)
      await syncFolder(this.#parts.dir)
      await removeFolder(trash)
    })
  }

  /** One that cannot be read, or mended on a disk that is full, keeps no other from being served. */
  async #openApp(name: string): Promise<void> {
    const { wallTime, log } = this.#parts
    const folder = this.#folder(name)
    try {
      const { record, damage } = await folder.read(wallTime())
      if (record) this.#records.set(name, record)
      if (damage !== '') {
        const fields = { scope: 'process', event: 'app-damaged', app: name, damage }
        log.error(fields, 'an app was damaged: deploy it again if it is not as it should be')
        if (record) await folder.write(record)
      }
      await this.#tidy(name, folder, record)
    } catch (err) {
      const fields = { scope: 'process', event: 'app-unreadable', app: name, err }
      log.error(fields, 'the folder of an app cannot be read or written: look at its permissions')
    }
  }

  /**
   * Gives a port to each app that has none, or one that is not of the range, or that another app has as well: a folder
   * that was copied by hand.
   */
  async #allotPorts(): Promise<void> {
    const taken = new Set<number>()
    const without: string[] = []
    for (const name of [...this.#records.keys()].toSorted()) {
      const port = this.#portIn(this.#records.get(name))
      if (port === undefined || taken.has(port)) without.push(name)
      else taken.add(port)
    }
    for (const name of without) await this.#allotPort(name, taken)
  }

  async #allotPort(name: string, taken: Set<number>): Promise<void> {
    const port = this.#freePort(taken)
    const record = this.#records.get(name)
    if (!record) return
    if (port === undefined) {
      if (this.#portIn(record) === undefined) return
      const { port: ofAnother, ...rest } = record
      this.#records.set(name, rest)
      return
    }
    taken.add(port)
    try {
      const changed = { ...record, port }
      await this.#folder(name).write(changed)
      this.#records.set(name, changed)
    } catch (err) {
      const fields = { scope: 'process', event: 'app-unreadable', app: name, err }
      this.#parts.log.error(fields, 'the port of an app could not be written down: it has none')
    }
  }

  /** Its port, if that is one of those that apps get now. */
  #portIn(record: AppRecord | undefined): number | undefined {
    const { ports } = this.#parts
    const port = record?.port
    return ports && port !== undefined && isInRange(ports, port) ? port : undefined
  }

  /** The lowest that no app has. */
  #freePort(taken = this.#takenPorts()): number | undefined {
    const { ports } = this.#parts
    if (!ports) return undefined
    for (let port = ports.first; port <= ports.last; port += 1) {
      if (!taken.has(port)) return port
    }
    return undefined
  }

  #takenPorts(): Set<number> {
    return new Set([...this.#records.values()].flatMap(({ port }) => port ?? []))
  }

  #change<T>(
    name: string,
    change: (folder: AppFolder, before: AppRecord | undefined) => Promise<[T, AppRecord]>,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const folder = this.#folder(name)
      try {
        const [result, record] = await change(folder, this.#records.get(name))
        await folder.write(record)
        return result
      } finally {
        // What is on the disk counts, also if this was given up after it got there.
        await this.#reload(name, folder)
      }
    })
  }

  async #reload(name: string, folder: AppFolder): Promise<void> {
    const { record } = await folder.read(this.#parts.wallTime())
    const isNews = !isDeepStrictEqual(record, this.#records.get(name))
    if (record) this.#records.set(name, record)
    else this.#records.delete(name)
    if (isNews) this.#tell(name)
    await this.#tidy(name, folder, record)
  }

  /** What cannot be removed now is removed at the next start. */
  async #tidy(name: string, folder: AppFolder, record: AppRecord | undefined): Promise<void> {
    try {
      await folder.tidy(record)
    } catch (err) {
      const fields = { scope: 'process', event: 'app-untidy', app: name, err }
      this.#parts.log.error(fields, 'old files of an app could not be removed')
    }
  }

  #folder(name: string): AppFolder {
    return new AppFolder(join(this.#parts.dir, name))
  }

  #tell(name: string): void {
    for (const listener of this.#listeners) listener(name)
  }
}

function releasesOf(record: AppRecord | undefined): readonly AppRelease[] {
  return record?.releases ?? []
}

function found(name: string, id: string, record: AppRecord | undefined): AppRelease {
  if (!record) throw noApp(name)
  const release = record.releases.find((other) => other.id === id)
  if (release) return release
  throw new DeployError(404, `${name} has no release ${id}: it has ${listed(record)}`)
}

function listed({ releases }: AppRecord): string {
  return releases.map(({ id }) => id).join(', ')
}

/** What to answer where there is no such app. */
export function noApp(name: string): DeployError {
  return new DeployError(404, `there is no app ${name} on this box`)
}
