import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { MOST_SETTINGS_BYTES, parseAppSettings, SETTINGS_NAME } from '../app-settings.ts'
import { readPageFacts } from './app-page.ts'
import type { AppRelease } from './app-record.ts'
import type { AppStore } from './app-store.ts'
import { DeployError } from './deploy-error.ts'
import type { FormFile } from './form.ts'
import { findRoot } from './release-root.ts'
import { type ReleaseLimits, ReleaseWriter, type Room } from './release-writer.ts'
import { removeFolder } from './remove-folder.ts'
import { refuseSources } from './source-check.ts'
import { isArchiveName, unpack } from './unpack.ts'

/** So many apps are taken at a time; they are unpacked one after the other. */
const MOST_AT_ONCE = 8
const RETRY_SECONDS = 10

export interface DeploymentsParts {
  readonly store: AppStore
  readonly limits: ReleaseLimits
  readonly room: Room
}

/** What is deployed. */
export interface DeployOrder {
  /** whose it is, in the words of the audit log */
  readonly by: string
  readonly files: AsyncIterable<FormFile>
  /** whether it is taken though it seems that it is not built yet */
  readonly isAsItIs: boolean
}

/** What came of a deployment. */
export interface Deployed {
  readonly release: AppRelease
  /** what of it was left out */
  readonly skipped: readonly string[]
}

/**
 * Makes releases out of what people send. Each is made ready in a folder of its own, where nobody sees it; of two of one
 * app, the one that is ready last is active in the end, and one can go back to the other.
 */
export class Deployments {
  readonly #parts: DeploymentsParts
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #unpackInTurn = pLimit(1)
  readonly #stop = new AbortController()

  constructor(parts: DeploymentsParts) {
    this.#parts = parts
  }

  /** Aborted when the box stops. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /**
   * Resolves when visitors get the new release. If it rejects, all is as it was.
   * @throws {DeployError} if what was sent is no app, or there is no room for it
   */
  async deploy(name: string, order: DeployOrder): Promise<Deployed> {
    if (this.#underWay.size >= MOST_AT_ONCE) {
      throw new DeployError(503, 'other apps are being deployed: try again in a moment', {
        retryAfterSeconds: RETRY_SECONDS,
      })
    }
    const work = this.#deploy(name, order)
    this.#underWay.add(work)
    try {
      return await work
    } catch (error) {
      throw this.#explained(error)
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** Gives up what is under way. Resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#underWay)
  }

  async #deploy(name: string, { by, files, isAsItIs }: DeployOrder): Promise<Deployed> {
    const { store } = this.#parts
    const workDir = await store.newWorkFolder()
    try {
      const form = await this.#receive(files, join(workDir, 'form'))
      const [only = '', ...others] = form.files
      const isArchive = others.length === 0 && isArchiveName(only)
      const archive = join(form.dir, only)
      const unpackedDir = join(workDir, 'unpacked')
      const writer = isArchive ? await this.#unpack(archive, unpackedDir) : form
      if (isArchive) await rm(archive)
      const top = findRoot(writer.files)
      const root = join(writer.dir, top)
      const paths = top === '' ? writer.files : writer.files.map((p) => p.slice(top.length + 1))
      if (paths.includes(SETTINGS_NAME)) await checkSettings(join(root, SETTINGS_NAME))
      if (!isAsItIs) await refuseSources(root, paths)
      const page = await readPageFacts(root, paths)
      await writer.sync()
      const facts = { by, files: paths.length, bytes: writer.bytes, ...page }
      const release = await store.add(name, root, facts)
      return { release, skipped: writer.skipped }
    } finally {
      await removeFolder(workDir)
    }
  }

  async #receive(files: AsyncIterable<FormFile>, dir: string): Promise<ReleaseWriter> {
    const writer = await this.#newWriter(dir)
    for await (const { name, chunks, skip } of files) {
      const path = writer.admit(name)
      if (path === undefined) skip()
      else await writer.addFile(path, chunks)
    }
    return writer
  }

  async #unpack(archive: string, dir: string): Promise<ReleaseWriter> {
    const writer = await this.#newWriter(dir)
    const { signal } = this
    await this.#unpackInTurn(() => unpack(archive, writer, this.#parts.limits, signal))
    return writer
  }

  async #newWriter(dir: string): Promise<ReleaseWriter> {
    await mkdir(dir)
    const { limits, room } = this.#parts
    return new ReleaseWriter({ dir, limits, room, signal: this.signal })
  }

  #explained(cause: unknown): unknown {
    if (this.signal.aborted) {
      return new DeployError(503, 'the box is stopping: deploy again when it is back', { cause })
    }
    const code = cause instanceof Error && 'code' in cause ? cause.code : ''
    if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause
    return new DeployError(507, 'the disk of the box is full: its owner has to make room', {
      cause,
    })
  }
}

/** @throws {DeployError} if an app asks the box for something in a way that the box does not know */
async function checkSettings(path: string): Promise<void> {
  if ((await stat(path)).size > MOST_SETTINGS_BYTES) return
  try {
    parseAppSettings(await readFile(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new DeployError(400, cause.message, { cause })
    throw cause
  }
}
