import { randomBytes } from 'node:crypto'
import { readIfThere, replaceFile, setAside } from '../system/durable-file.ts'
import { ROLES, type Role } from './pass.ts'
import type { Clock, Log } from './ports.ts'

const ID_BYTES = 6
const HOUR_MS = 3_600_000

/** A link that lets people in. */
export interface Invite {
  readonly id: string
  readonly role: Role
  /** the only app it is good for; null: any */
  readonly appId: string | null
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
  readonly sessionId?: string
  readonly label?: string
}

/** The invites that are good. Each change is on the disk when its promise resolves. */
export class Invites {
  readonly #path: string
  readonly #clock: Clock
  #invites: readonly Invite[]
  #lastSave: Promise<void> = Promise.resolve()

  private constructor(path: string, clock: Clock, invites: readonly Invite[]) {
    this.#path = path
    this.#clock = clock
    this.#invites = invites
  }

  /** A file that cannot be read as invites is set aside: then there are none. */
  static async open(path: string, clock: Clock, log: Log): Promise<Invites> {
    const bytes = await readIfThere(path)
    const invites = bytes ? parseInvites(String(bytes)) : []
    if (invites) return new Invites(path, clock, invites)
    const movedTo = await setAside(path, clock.wallTime())
    const fields = { scope: 'process', event: 'invites-damaged', path, movedTo }
    log.error(fields, 'the list of invites is damaged: no invite is good any more, make new ones')
    return new Invites(path, clock, [])
  }

  /** An invite that has neither run out nor been revoked. */
  find(id: string): Invite | undefined {
    return this.list().find((invite) => invite.id === id)
  }

  /** The oldest first. */
  list(): readonly Invite[] {
    const now = this.#clock.wallTime()
    return this.#invites.filter(({ expiresAt }) => Date.parse(expiresAt) > now)
  }

  async create({ role, hours, appId, sessionId, label }: InviteOrder): Promise<Invite> {
    const now = this.#clock.wallTime()
    const invite: Invite = {
      id: randomBytes(ID_BYTES).toString('base64url'),
      role,
      appId: appId ?? null,
      sessionId: sessionId ?? null,
      label: label ?? '',
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + hours * HOUR_MS).toISOString(),
    }
    await this.#save([...this.list(), invite])
    return invite
  }

  /** @returns what was revoked; undefined if there is no such invite */
  async revoke(id: string): Promise<Invite | undefined> {
    const invite = this.find(id)
    if (invite) await this.#save(this.list().filter((other) => other !== invite))
    return invite
  }

  /** It counts from now on, whether or not it can be written down. */
  #save(invites: readonly Invite[]): Promise<void> {
    this.#invites = invites
    const text = `${JSON.stringify({ invites }, undefined, 1)}\n`
    const save = this.#lastSave.catch(() => {}).then(() => replaceFile(this.#path, text))
    this.#lastSave = save
    return save
  }
}

function parseInvites(text: string): readonly Invite[] | undefined {
  try {
    const { invites } = JSON.parse(text) as { invites?: unknown }
    return Array.isArray(invites) && invites.every(isInvite) ? invites : undefined
  } catch {
    return undefined
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
    isTextOrNull(invite.sessionId) &&
    typeof invite.label === 'string' &&
    typeof invite.createdAt === 'string' &&
    !Number.isNaN(Date.parse(String(invite.expiresAt)))
  )
}
