import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { type AdminSession, type AdminSessions, endOf } from './admin-sessions.ts'
import type { ApiToken, ApiTokens } from './api-tokens.ts'
import type { Invite, Invites } from './invites.ts'
import type { Passphrase } from './passphrase.ts'
import type { Clock } from './ports.ts'
import { bad, type Verdict } from './verdict.ts'

const ALGORITHM = 'HS256'
/** What a token stands for: its audience. */
const KINDS = {
  invite: 'invite',
  passphrase: 'passphrase',
  /** a program on the machine of the box */
  admin: 'admin',
  /** likewise, for nothing but a new link to set the admin password */
  reset: 'reset',
  session: 'session',
  apiToken: 'api-token',
} as const
/** A hundred years: every token has an end. */
const FOR_EVER_MS = 3_155_760_000_000

export interface BoxTokensParts {
  /** of the box: whoever has it can make every token */
  readonly key: Uint8Array
  readonly clock: Clock
  readonly invites: Invites
  /** undefined: the box has none */
  readonly passphrase: Passphrase | undefined
  readonly sessions: AdminSessions
  readonly apiTokens: ApiTokens
}

/** A token, and when it runs out (ms since 1970). */
export interface SignedToken {
  readonly token: string
  readonly expiresAt: number
}

/** Tokens that the box itself made (ACCESS5). */
export class BoxTokens {
  readonly #parts: BoxTokensParts
  readonly #key: KeyObject

  constructor(parts: BoxTokensParts) {
    this.#parts = parts
    this.#key = createSecretKey(parts.key)
  }

  /** It says no more than which invite it is: what that is good for is kept here. */
  async forInvite({ id, expiresAt }: Invite): Promise<SignedToken> {
    return sign(this.#key, { aud: KINDS.invite, jti: id }, Date.parse(expiresAt))
  }

  /** For who knows the passphrase; ends with it. */
  async forPassphrase({ fingerprint }: Passphrase, lifeMs: number): Promise<SignedToken> {
    const expiresAt = this.#parts.clock.wallTime() + lifeMs
    return sign(this.#key, { aud: KINDS.passphrase, jti: fingerprint }, expiresAt)
  }

  /** For who knew the admin password; ends with the session. */
  async forSession(session: AdminSession): Promise<SignedToken> {
    return sign(this.#key, { aud: KINDS.session, jti: session.id }, endOf(session))
  }

  /** It says no more than which one it is, as for an invite. */
  async forApi({ id, expiresAt }: ApiToken): Promise<SignedToken> {
    const now = this.#parts.clock.wallTime()
    const end = expiresAt === null ? now + FOR_EVER_MS : Date.parse(expiresAt)
    return sign(this.#key, { aud: KINDS.apiToken, jti: id }, end)
  }

  /** Whether a program on the machine of the box asks for a new link to set the admin password. */
  async isReset(token: string): Promise<boolean> {
    const claims = await this.#claimsOf(token)
    return claims !== 'over' && claims?.aud === KINDS.reset
  }

  /** The session of a login that is good. */
  async sessionIdOf(token: string): Promise<string | undefined> {
    const claims = await this.#claimsOf(token)
    return claims !== 'over' && claims?.aud === KINDS.session ? claims.jti : undefined
  }

  /** @returns undefined for a token that the box did not make */
  async verify(token: string): Promise<Verdict | undefined> {
    const claims = await this.#claimsOf(token)
    return claims === 'over' ? bad('this link or login has run out') : claims && this.#judge(claims)
  }

  async #claimsOf(token: string): Promise<JWTPayload | 'over' | undefined> {
    try {
      const currentDate = new Date(this.#parts.clock.wallTime())
      const options = { algorithms: [ALGORITHM], requiredClaims: ['exp', 'aud'], currentDate }
      return (await jwtVerify(token, this.#key, options)).payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'over'
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  #judge({ aud, jti = '', exp = 0, sub = '' }: JWTPayload): Verdict {
    const { clock, invites, passphrase, sessions, apiTokens } = this.#parts
    const expiresAt = exp * 1000
    const isInTime = () => clock.wallTime() < expiresAt
    const pass = { appId: undefined, persistentId: undefined, sessionId: undefined, expiresAt }
    switch (aud) {
      case KINDS.invite: {
        const invite = invites.find(jti)
        if (!invite) return bad('this link was revoked')
        const { role, appId, persistentId, sessionId, label } = invite
        const who = label === '' ? `invite ${jti}` : `invite ${jti} (${label})`
        const isGood = () => isInTime() && invites.find(jti) !== undefined
        const scope = {
          appId: appId ?? undefined,
          persistentId: persistentId ?? undefined,
          sessionId: sessionId ?? undefined,
        }
        return { tag: 'good', pass: { ...pass, ...scope, role, who, isGood } }
      }
      case KINDS.passphrase: {
        if (jti !== passphrase?.fingerprint) return bad('the passphrase of the box was changed')
        const isGood = isInTime
        return { tag: 'good', pass: { ...pass, role: 'participant', who: 'passphrase', isGood } }
      }
      case KINDS.admin:
        return { tag: 'good', pass: { ...pass, role: 'admin', who: sub, isGood: isInTime } }
      case KINDS.session: {
        if (!sessions.use(jti)) return bad('this login has ended')
        const isGood = () => sessions.find(jti) !== undefined
        return { tag: 'good', pass: { ...pass, role: 'admin', who: 'admin password', isGood } }
      }
      case KINDS.apiToken: {
        const token = apiTokens.use(jti)
        if (!token) return bad('this token was revoked')
        const { role, name } = token
        const isGood = () => apiTokens.find(jti) !== undefined
        return { tag: 'good', pass: { ...pass, role, who: `API token ${jti} (${name})`, isGood } }
      }
      default:
        return bad('this token is for something else')
    }
  }
}

/** A token by which a program on the machine of the box, which has the key, asks for a new link to set the password. */
export async function signResetToken(key: Uint8Array, expiresAt: number): Promise<SignedToken> {
  return sign(createSecretKey(key), { aud: KINDS.reset }, expiresAt)
}

/**
 * A token for a program on the machine of the box, which has the key.
 * @param who is to be named in the audit log
 */
export async function signAdminToken(
  key: Uint8Array,
  who: string,
  expiresAt: number,
): Promise<SignedToken> {
  return sign(createSecretKey(key), { aud: KINDS.admin, sub: who }, expiresAt)
}

async function sign(key: KeyObject, claims: JWTPayload, expiresAt: number): Promise<SignedToken> {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(key)
  return { token, expiresAt }
}
