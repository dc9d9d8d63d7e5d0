import { randomBytes } from 'node:crypto'
import { KeptList } from './kept-list.ts'
import { ROLES, type Role } from './pass.ts'
import type { Clock, Log } from './ports.ts'

/** In hex: what begins with a hyphen would pass for an option where people type it. */
const ID_BYTES = 6
const HOUR_MS = 3_600_000

/** A link that lets people in. */
export interface Invite {
  readonly id: string
  readonly role: Role
  /** the only app it is good for; null: any */
  readonly appId: string | null
  /** the only persistent data of that app it is good for; null: any. Links of earlier versions have none. */
  readonly persistentId?: string | null
  /** the only session it is good for; null: any */
  readonly sessionId: string | null
  /** what its maker calls it; "" if nothing */
  readonly label: string
  /** ISO 8601, UTC */
  readonly createdAt: string
  /** ISO 8601, UTC */
  readonly expiresAt: string
}

/** What an invite is to be. */
export interface InviteOrder {
  readonly role: Role
  readonly hours: number
  readonly appId?: string
  readonly persistentId?: string
  readonly sessionId?: string
  readonly label?: string
}

/** The invites that are good. A new one is on the disk when its promise resolves; a revoked one is good for nothing, whatever the disk does. */
export class Invites {
  readonly #clock: Clock
  readonly #kept: KeptList<Invite>

  private constructor(clock: Clock, kept: KeptList<Invite>) {
    this.#clock = clock
    this.#kept = kept
  }

  /** A file that cannot be read as invites is set aside: then there are none. */
  static async open(path: string, clock: Clock, log: Log): Promise<Invites> {
    const kept = await KeptList.open({
      ...{ path, name: 'invites', isRecord: isInvite, log, wallTime: () => clock.wallTime() },
      onDamaged: (movedTo) => {
        const fields = { scope: 'process', event: 'invites-damaged', path, movedTo }
        log.error(
          fields,
          'the list of invites is damaged: no invite is good any more, make new ones',
        )
      },
    })
    return new Invites(clock, kept)
  }

  /** An invite that has neither run out nor been revoked. */
  find(id: string): Invite | undefined {
    return this.list().find((invite) => invite.id === id)
  }

  /** The oldest first. */
  list(): readonly Invite[] {
    const now = this.#clock.wallTime()
    return this.#kept.records.filter(({ expiresAt }) => Date.parse(expiresAt) > now)
  }

  async create(order: InviteOrder): Promise<Invite> {
    const { role, hours, appId, persistentId, sessionId, label } = order
    const now = this.#clock.wallTime()
    const invite: Invite = {
      id: randomBytes(ID_BYTES).toString('hex'),
      role,
      appId: appId ?? null,
      persistentId: persistentId ?? null,
      sessionId: sessionId ?? null,
      label: label ?? '',
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + hours * HOUR_MS).toISOString(),
    }
    await this.#kept.add(this.list(), invite)
    return invite
  }

  /** @returns what was revoked; undefined if there is no such invite */
  async revoke(id: string): Promise<Invite | undefined> {
    const invite = this.find(id)
    if (invite) await this.#kept.replace(this.list().filter((other) => other !== invite))
    return invite
  }

  /** Resolves when everything is written. */
  close(): Promise<void> {
    return this.#kept.close()
  }
}

function isInvite(value: unknown): value is Invite {
  if (typeof value !== 'object' || value === null) return false
  const invite: Partial<Record<keyof Invite, unknown>> = value
  const isTextOrNull = (field: unknown) => typeof field === 'string' || field === null
  return (
    typeof invite.id === 'string' &&
    ROLES.some((role) => role === invite.role) &&
    isTextOrNull(invite.appId) &&
    isTextOrNull(invite.persistentId ?? null) &&
    isTextOrNull(invite.sessionId) &&
    typeof invite.label === 'string' &&
    typeof invite.createdAt === 'string' &&
    !Number.isNaN(Date.parse(String(invite.expiresAt)))
  )
}
