import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Invite, Invites } from './invites.ts'
import type { Passphrase } from './passphrase.ts'
import type { Clock } from './ports.ts'
import { bad, type Verdict } from './verdict.ts'

const ALGORITHM = 'HS256'
/** What a token stands for: its audience. */
const KINDS = { invite: 'invite', passphrase: 'passphrase', admin: 'admin' } as const

export interface BoxTokensParts {
  /** of the box: whoever has it can make every token */
  readonly key: Uint8Array
  readonly clock: Clock
  readonly invites: Invites
  /** undefined: the box has none */
  readonly passphrase: Passphrase | undefined
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

  /** @returns undefined for a token that the box did not make */
  async verify(token: string): Promise<Verdict | undefined> {
    try {
      const currentDate = new Date(this.#parts.clock.wallTime())
      const options = { algorithms: [ALGORITHM], requiredClaims: ['exp', 'aud'], currentDate }
      const { payload } = await jwtVerify(token, this.#key, options)
      return this.#judge(payload)
    } catch (error) {
      if (error instanceof errors.JWTExpired) return bad('this link or login has run out')
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }

  #judge({ aud, jti = '', exp = 0, sub = '' }: JWTPayload): Verdict {
    const { clock, invites, passphrase } = this.#parts
    const expiresAt = exp * 1000
    const isInTime = () => clock.wallTime() < expiresAt
    const pass = { appId: undefined, sessionId: undefined, expiresAt }
    switch (aud) {
      case KINDS.invite: {
        const invite = invites.find(jti)
        if (!invite) return bad('this link was revoked')
        const { role, appId, sessionId, label } = invite
        const who = label === '' ? `invite ${jti}` : `invite ${jti} (${label})`
        const isGood = () => isInTime() && invites.find(jti) !== undefined
        const scope = { appId: appId ?? undefined, sessionId: sessionId ?? undefined }
        return { tag: 'good', pass: { ...pass, ...scope, role, who, isGood } }
      }
      case KINDS.passphrase: {
        if (jti !== passphrase?.fingerprint) return bad('the passphrase of the box was changed')
        const isGood = isInTime
        return { tag: 'good', pass: { ...pass, role: 'participant', who: 'passphrase', isGood } }
      }
      case KINDS.admin:
        return { tag: 'good', pass: { ...pass, role: 'admin', who: sub, isGood: isInTime } }
      default:
        return bad('this token is for something else')
    }
  }
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
