import { setTimeout as delay } from 'node:timers/promises'
import {
  type ConnectOptions,
  type RawClient,
  RawClients,
  randomSessionId,
} from '../support/raw-client.ts'
import type { JoinArgs, SyncArgs } from '../support/wire.ts'
import { isReference, type Target } from './target.ts'

/** What is unusual about a connection to the scene's session, or to another. */
export interface SceneOptions extends ConnectOptions {
  readonly sessionId?: string
  /** where the reflector is, if not where the target says */
  readonly url?: string
}

/** One test's stage: a session that nobody else uses, and everyone who comes to it. */
export class Scene {
  readonly target: Target
  readonly sessionId = randomSessionId()
  readonly #clients = new RawClients()

  constructor(target: Target) {
    this.target = target
  }

  /** A connection that has not joined. */
  connect(options: SceneOptions = {}): Promise<RawClient> {
    const { sessionId = this.sessionId, url = this.target.reflectorUrl } = options
    return this.#clients.connect(url, sessionId, options)
  }

  /** A connection that has joined. */
  async member(args: JoinArgs = {}, options: SceneOptions = {}): Promise<RawClient> {
    const client = await this.connect(options)
    await client.join(args)
    return client
  }

  /** What a joiner would be told now; it says no user, so that no member hears of it. */
  async look(options: SceneOptions = {}): Promise<SyncArgs> {
    const client = await this.connect(options)
    const sync = await client.join({ user: undefined })
    await client.close()
    return sync
  }

  /** Looks until this holds: for what takes effect in its own time, such as SNAP. */
  async lookUntil(
    holds: (sync: SyncArgs) => boolean,
    options: () => SceneOptions = () => ({}),
  ): Promise<SyncArgs> {
    for (let tries = 0; tries < 25; tries += 1) {
      const sync = await this.look(options())
      if (holds(sync)) return sync
      await delay(100)
    }
    throw new Error(`nothing of the kind is served in ${this.sessionId}`)
  }

  /** Puts bytes at this path below the files; resolves with their URL. The reference has no files. */
  async upload(path: string, bytes: Uint8Array = randomBytes()): Promise<string> {
    const url = `${this.target.filesUrl}/${path}`
    if (isReference) return url
    const response = await fetch(url, { method: 'PUT', headers: UPLOAD_HEADERS, body: bytes })
    if (!response.ok) throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`)
    return url
  }

  close(): Promise<void> {
    return this.#clients.closeAll()
  }
}

export const UPLOAD_HEADERS = { 'content-type': 'application/octet-stream' }

export function randomBytes(length = 256): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Path of a snapshot as clients make it. */
export function snapshotPath(sessionId: string, time: number, seq: number): string {
  return `snapshots/${sessionId}/${String(time).padStart(10, '0')}_${seq}-${randomSessionId()}.snap`
}

/** The args of a SNAP for an uploaded snapshot, as clients make them: its URL has its hash. */
export function snapArgs(time: number, seq: number, url: string) {
  const hash = /.{43}(?=\.snap$)/.exec(url)?.[0] ?? 'none'
  return { time, seq, hash, url, dissident: false }
}
