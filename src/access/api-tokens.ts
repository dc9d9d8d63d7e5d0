import { randomBytes } from 'node:crypto'
import { KeptList } from './kept-list.ts'
import type { Clock, Log } from './ports.ts'

const ID_BYTES = 9
const HOUR_MS = 3_600_000
/** So often it is written down that a token is in use (ms). */
const NOTE_EVERY_MS = 10 * 60_000
/** What a token may be for. */
export const TOKEN_ROLES = ['admin', 'monitor'] as const
export type TokenRole = (typeof TOKEN_ROLES)[number]

/** A token for a program. What the program has is signed; it is not kept here. Times are ISO 8601, UTC. */
export interface ApiToken {
  readonly id: string
  /** what its maker calls it */
  readonly name: string
  readonly role: TokenRole
  readonly createdAt: string
  /** null: it does not run out */
  readonly expiresAt: string | null
  /** to ten minutes; null: it was not used yet */
  readonly lastUsedAt: string | null
}

/** What a token is to be. */
export interface ApiTokenOrder {
  readonly name: string
  readonly role: TokenRole
  /** undefined: it does not run out */
  readonly hours?: number
}

/** The tokens that are good (ADMIN8). A new one is on the disk when its promise resolves; a revoked one is good for nothing, whatever the disk does. */
export class ApiTokens {
  readonly #clock: Clock
  readonly #kept: KeptList<ApiToken>

  private constructor(kept: KeptList<ApiToken>, clock: Clock) {
    this.#kept = kept
    this.#clock = clock
  }

  /** A file that cannot be read as tokens is set aside: then there are none. */
  static async open(path: string, clock: Clock, log: Log): Promise<ApiTokens> {
    const kept = await KeptList.open({
      ...{ path, name: 'tokens', isRecord: isApiToken, log, wallTime: () => clock.wallTime() },
      onDamaged: (movedTo) => {
        const fields = { scope: 'process', event: 'tokens-damaged', path, movedTo }
        log.error(fields, 'the list of API tokens is damaged: none is good any more, make new ones')
      },
    })
    return new ApiTokens(kept, clock)
  }

  /** One that has neither run out nor been revoked. */
  find(id: string): ApiToken | undefined {
    return this.list().find((token) => token.id === id)
  }

  /** Finds it, and notes that it is in use. */
  use(id: string): ApiToken | undefined {
    const token = this.find(id)
    const now = this.#clock.wallTime()
    const isNoted = now - Date.parse(token?.lastUsedAt ?? '') < NOTE_EVERY_MS
    if (!token || isNoted) return token
    const used = { ...token, lastUsedAt: new Date(now).toISOString() }
    void this.#kept.replace(this.list().map((other) => (other === token ? used : other)))
    return used
  }

  /** The oldest first. */
  list(): readonly ApiToken[] {
    const now = this.#clock.wallTime()
    return this.#kept.records.filter(
      ({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now,
    )
  }

  async create({ name, role, hours }: ApiTokenOrder): Promise<ApiToken> {
    const now = this.#clock.wallTime()
    const token: ApiToken = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      ...{ name, role },
      createdAt: new Date(now).toISOString(),
      expiresAt: hours === undefined ? null : new Date(now + hours * HOUR_MS).toISOString(),
      lastUsedAt: null,
    }
    await this.#kept.add(this.list(), token)
    return token
  }

  /** @returns what was revoked; undefined if there is no such token */
  async revoke(id: string): Promise<ApiToken | undefined> {
    const token = this.find(id)
    if (token) await this.#kept.replace(this.list().filter((other) => other.id !== id))
    return token
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return this.#kept.close()
  }
}

function isApiToken(value: unknown): value is ApiToken {
  if (typeof value !== 'object' || value === null) return false
  const token: Partial<Record<keyof ApiToken, unknown>> = value
  const isTimeOrNull = (field: unknown) =>
    field === null || (typeof field === 'string' && !Number.isNaN(Date.parse(field)))
  return (
    typeof token.id === 'string' &&
    typeof token.name === 'string' &&
    TOKEN_ROLES.some((role) => role === token.role) &&
    typeof token.createdAt === 'string' &&
    isTimeOrNull(token.expiresAt) &&
    isTimeOrNull(token.lastUsedAt)
  )
}
