import { randomBytes } from 'node:crypto'
import { KeptList } from './kept-list.ts'
import type { Clock, Log } from './ports.ts'

/** 128 bits. */
const ID_BYTES = 16
const MINUTE_MS = 60_000
/** How long a login lasts at most, and how long if nothing is asked for (ms). */
export const SESSION_LIFE_MS = {
  browser: { whole: 14 * 24 * 60 * MINUTE_MS, idle: 24 * 60 * MINUTE_MS },
  program: { whole: 60 * MINUTE_MS, idle: 60 * MINUTE_MS },
} as const
/** So often it is written down that somebody is still there (ms). */
const NOTE_EVERY_MS = 10 * MINUTE_MS
/** Logins at a time; more end the oldest. */
const MOST_SESSIONS = 1000

/** What has logged in: a person in a browser, or a program. */
export type SessionKind = keyof typeof SESSION_LIFE_MS

/** Somebody who knew the admin password. Times are ms since 1970. */
export interface AdminSession {
  readonly id: string
  readonly kind: SessionKind
  /** by which password; see `AdminPassword` */
  readonly passwordId: string
  readonly startedAt: number
  /** to `NOTE_EVERY_MS` */
  lastUsedAt: number
}

/**
 * Those who logged in with the password that counts now, and have neither left nor stayed too long (ADMIN4). That counts
 * while the list cannot be written, too: on a full disk an admin is needed most.
 */
export class AdminSessions {
  readonly #clock: Clock
  readonly #passwordId: () => string | undefined
  readonly #kept: KeptList<AdminSession>

  private constructor(
    kept: KeptList<AdminSession>,
    passwordId: () => string | undefined,
    clock: Clock,
  ) {
    this.#kept = kept
    this.#passwordId = passwordId
    this.#clock = clock
  }

  /** A file that cannot be read is set aside: then nobody is logged in. */
  static async open(
    path: string,
    passwordId: () => string | undefined,
    clock: Clock,
    log: Log,
  ): Promise<AdminSessions> {
    const kept = await KeptList.open({
      ...{ path, name: 'sessions', isRecord: isSession, log, wallTime: () => clock.wallTime() },
      onDamaged: (movedTo) => {
        const fields = { scope: 'process', event: 'logins-damaged', path, movedTo }
        log.error(fields, 'the list of logins is damaged: admins have to log in again')
      },
    })
    return new AdminSessions(kept, passwordId, clock)
  }

  /** Notes a login by the password that counts now. */
  async start(kind: SessionKind): Promise<AdminSession> {
    const now = this.#clock.wallTime()
    const session: AdminSession = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      kind,
      passwordId: this.#passwordId() ?? '',
      startedAt: now,
      lastUsedAt: now,
    }
    await this.#kept.replace([...this.#good().slice(1 - MOST_SESSIONS), session])
    return session
  }

  find(id: string): AdminSession | undefined {
    return this.#kept.records.find((session) => session.id === id && this.#isGood(session))
  }

  /** Finds it, and notes that it is in use. */
  use(id: string): AdminSession | undefined {
    const session = this.find(id)
    const now = this.#clock.wallTime()
    if (session && now - session.lastUsedAt > NOTE_EVERY_MS) {
      session.lastUsedAt = now
      void this.#kept.save()
    }
    return session
  }

  /** @returns whether there was one */
  async end(id: string): Promise<boolean> {
    const isThere = this.find(id) !== undefined
    await this.#kept.replace(this.#good().filter((session) => session.id !== id))
    return isThere
  }

  async endAll(): Promise<void> {
    await this.#kept.replace([])
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return this.#kept.close()
  }

  #good(): AdminSession[] {
    return this.#kept.records.filter((session) => this.#isGood(session))
  }

  #isGood({ kind, passwordId, startedAt, lastUsedAt }: AdminSession): boolean {
    const now = this.#clock.wallTime()
    const { whole, idle } = SESSION_LIFE_MS[kind]
    // A clock that was set back does not make it last longer.
    const isInTime = now >= startedAt && now - startedAt < whole && now - lastUsedAt < idle
    return isInTime && passwordId === this.#passwordId()
  }
}

/** When it ends at the latest (ms since 1970). */
export function endOf({ kind, startedAt }: AdminSession): number {
  return startedAt + SESSION_LIFE_MS[kind].whole
}

function isSession(value: unknown): value is AdminSession {
  if (typeof value !== 'object' || value === null) return false
  const session: Partial<Record<keyof AdminSession, unknown>> = value
  return (
    typeof session.id === 'string' &&
    typeof session.kind === 'string' &&
    Object.hasOwn(SESSION_LIFE_MS, session.kind) &&
    typeof session.passwordId === 'string' &&
    Number.isFinite(session.startedAt) &&
    Number.isFinite(session.lastUsedAt)
  )
}
