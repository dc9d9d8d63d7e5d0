import { appendFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere } from '../system/durable-file.ts'
import type { Clock, Log } from './ports.ts'

const NAME = 'audit.jsonl'
const OLDER_NAME = 'audit.1.jsonl'
/** A file that is longer makes room for a new one (bytes). */
const MOST_BYTES = 10_000_000
const OWNER_ONLY = 0o600
const POLICY = 'policy'

/** What was done, by whom and from where. */
export interface AuditEntry {
  /** `login`, `login-refused`, `invite-made`, `invite-revoked`, `policy`, and what other parts of the box have */
  readonly event: string
  readonly who: string
  /** the client's own; "" for the box itself */
  readonly address: string
  readonly [detail: string]: unknown
}

/** Takes down what whoever runs the box may have to find out later. */
export interface Audit {
  note(entry: AuditEntry): void
}

/** Keeps the entries as JSON lines beside the uploads, the newest 10 MB and up to as many before, and in the log. */
export class AuditLog implements Audit {
  readonly #dir: string
  readonly #clock: Clock
  readonly #log: Log
  #bytes: number
  /** the last line may be there in part */
  #isCutOff = false
  #lastWrite: Promise<void> = Promise.resolve()

  private constructor(dir: string, clock: Clock, log: Log, bytes: number) {
    this.#dir = dir
    this.#clock = clock
    this.#log = log
    this.#bytes = bytes
  }

  /** @param dir the box's folder */
  static async open(dir: string, clock: Clock, log: Log): Promise<AuditLog> {
    return new AuditLog(dir, clock, log, await sizeOf(join(dir, NAME)))
  }

  /** It is on its way to the disk when this returns; what cannot be written is in the log at least. */
  note(entry: AuditEntry): void {
    const { event, ...rest } = entry
    this.#log.notice({ scope: 'audit', event, ...rest }, 'noted for the audit')
    const time = new Date(this.#clock.wallTime()).toISOString()
    const line = `${JSON.stringify({ time, ...entry })}\n`
    this.#lastWrite = this.#lastWrite.then(() => this.#write(line))
  }

  /** Notes who may come in, if that is not what it was at the last start. */
  async notePolicy(policy: Readonly<Record<string, unknown>>): Promise<void> {
    const last = await this.#lastPolicy()
    if (JSON.stringify(last) === JSON.stringify(policy)) return
    this.note({ event: POLICY, who: 'settings', address: '', policy })
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return this.#lastWrite
  }

  async #write(line: string): Promise<void> {
    const path = join(this.#dir, NAME)
    try {
      if (this.#bytes > 0 && this.#bytes + line.length > MOST_BYTES) {
        await rename(path, join(this.#dir, OLDER_NAME))
        this.#bytes = 0
      }
      const text = this.#isCutOff ? `\n${line}` : line
      await appendFile(path, text, { mode: OWNER_ONLY })
      this.#bytes += Buffer.byteLength(text)
      this.#isCutOff = false
    } catch (err) {
      this.#isCutOff = true
      const fields = { scope: 'process', event: 'audit-failed', path, err }
      this.#log.error(fields, 'the audit log cannot be written')
    }
  }

  async #lastPolicy(): Promise<unknown> {
    for (const name of [NAME, OLDER_NAME]) {
      const lines = String((await readIfThere(join(this.#dir, name))) ?? '').split('\n')
      const entry = lines.findLast((line) => line.includes(`"event":"${POLICY}"`))
      if (entry !== undefined) return policyIn(entry)
    }
    return undefined
  }
}

/** A line that was cut off by a crash has none. */
function policyIn(line: string): unknown {
  try {
    return (JSON.parse(line) as { policy?: unknown }).policy
  } catch {
    return undefined
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return 0
    throw error
  }
}
