import { randomBytes } from 'node:crypto'
import { readIfThere, setAside } from '../system/durable-file.ts'
import { KeptFile } from './kept-file.ts'
import { Passphrase } from './passphrase.ts'
import { hashPassword, isPasswordHash, matchesHash, type PasswordHash } from './password-hash.ts'
import type { Clock, Log } from './ports.ts'

const ID_BYTES = 9
/** For whoever tries to change one that is. */
export const IS_GIVEN =
  'the admin password is in the settings of the box (BOX_ADMIN_PASSWORD): change it there, and start the box again'

interface KeptPassword {
  /** another one for each password that is set */
  readonly id: string
  /** ISO 8601, UTC */
  readonly setAt: string
  readonly password: PasswordHash
}

export interface AdminPasswordOptions {
  readonly path: string
  /** of the settings; undefined: the one that was set in a browser counts, if there is one */
  readonly given: string | undefined
  /** of the box */
  readonly key: Uint8Array
  readonly clock: Clock
  readonly log: Log
}

/** The password of those who run the box (ADMIN1). */
export class AdminPassword {
  readonly #file: KeptFile
  readonly #clock: Clock
  readonly #given: Passphrase | undefined
  #kept: KeptPassword | undefined

  private constructor(
    { path, clock, given, key, log }: AdminPasswordOptions,
    kept: KeptPassword | undefined,
  ) {
    this.#file = new KeptFile(path, log)
    this.#clock = clock
    this.#given = given === undefined ? undefined : new Passphrase(given, key)
    this.#kept = kept
  }

  /** A file that holds no password is set aside: then there is none. */
  static async open(options: AdminPasswordOptions): Promise<AdminPassword> {
    const { path, clock, log } = options
    const bytes = await readIfThere(path)
    const kept = bytes && parseKept(String(bytes))
    if (bytes && !kept) {
      const movedTo = await setAside(path, clock.wallTime())
      const fields = { scope: 'process', event: 'admin-password-damaged', path, movedTo }
      log.error(fields, 'the admin password is damaged: set a new one by the link that is shown')
    }
    return new AdminPassword(options, kept)
  }

  /** Whether it is in the settings, and cannot be changed but there. */
  get isGiven(): boolean {
    return this.#given !== undefined
  }

  /** Tells this password from those before it, and nothing else about it; undefined: there is none yet. */
  get id(): string | undefined {
    return this.#given?.fingerprint ?? this.#kept?.id
  }

  /** False if there is none. */
  async matches(password: string): Promise<boolean> {
    if (this.#given) return this.#given.matches(password)
    return this.#kept !== undefined && matchesHash(password, this.#kept.password)
  }

  /**
   * It counts when this resolves. One in place of another is on the disk, too, or this rejects: a restart
   * must not bring back the other. The first counts even if it cannot be written for now.
   */
  async set(password: string): Promise<void> {
    const kept: KeptPassword = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      setAt: new Date(this.#clock.wallTime()).toISOString(),
      password: await hashPassword(password),
    }
    const text = `${JSON.stringify(kept, undefined, 1)}\n`
    if (this.#kept) await this.#file.write(text)
    const isFirst = this.#kept === undefined
    this.#kept = kept
    if (isFirst) await this.#file.writeWhenPossible(text)
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return this.#file.close()
  }
}

function parseKept(text: string): KeptPassword | undefined {
  try {
    const kept = JSON.parse(text) as Partial<KeptPassword>
    return typeof kept.id === 'string' && isPasswordHash(kept.password)
      ? (kept as KeptPassword)
      : undefined
  } catch {
    return undefined
  }
}
