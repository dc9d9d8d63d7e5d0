import { createSecretKey } from 'node:crypto'
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { ROLES } from './pass.ts'
import type { Clock, Log } from './ports.ts'
import { Throttle } from './throttle.ts'
import { bad, type Verdict } from './verdict.ts'

/** Clocks of machines differ (s). */
const CLOCK_TOLERANCE_S = 30
/** How long the keys of the issuer are waited for (ms). */
const KEYS_TIMEOUT_MS = 5000
/** One line about keys that cannot be had in this time (ms). */
const LOG_WINDOW_MS = 60_000
const SECRET_ALGORITHMS = ['HS256']
/** Those with a public key: with one of these, what is public can never pass for a secret. */
const PUBLIC_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]

/** By what tokens of others are known. */
export interface Issuer {
  readonly key:
    | { readonly kind: 'secret'; readonly secret: string }
    | { readonly kind: 'jwks'; readonly url: string }
  /** undefined: it does not matter */
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

/** The issuer's keys could not be fetched. */
class KeysUnavailableError extends Error {}

/** Tokens that somebody else makes for users of the box: JWTs with the claims of ACCESS5. */
export class ForeignTokens {
  readonly #clock: Clock
  readonly #log: Log
  readonly #logged: Throttle
  readonly #verifySignature: (token: string) => Promise<{ readonly payload: JWTPayload }>

  constructor({ key, issuer, audience }: Issuer, clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
    this.#logged = new Throttle(1, LOG_WINDOW_MS, () => clock.now())
    const options = (algorithms: string[]): JWTVerifyOptions => ({
      ...{ algorithms, clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['exp'] },
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      currentDate: new Date(clock.wallTime()),
    })
    if (key.kind === 'secret') {
      const secret = createSecretKey(Buffer.from(key.secret))
      this.#verifySignature = (token) => jwtVerify(token, secret, options(SECRET_ALGORITHMS))
    } else {
      const keys = remoteKeys(key.url)
      this.#verifySignature = (token) => jwtVerify(token, keys, options(PUBLIC_ALGORITHMS))
    }
  }

  async verify(token: string): Promise<Verdict> {
    try {
      const { payload } = await this.#verifySignature(token)
      return this.#judge(payload)
    } catch (error) {
      if (error instanceof KeysUnavailableError) return this.#unclear(error)
      if (error instanceof errors.JWTExpired) return bad('this token has run out: get a new one')
      if (error instanceof errors.JOSEError)
        return bad(`this token is not good here (${error.message})`)
      throw error
    }
  }

  #judge(claims: JWTPayload): Verdict {
    const { exp = 0, sub } = claims
    const role = ROLES.find((each) => each === (claims.role ?? 'participant'))
    if (!role) return bad(`the token's role is none of ${ROLES.join(', ')}`)
    const [appId, sessionId] = [claims.appId ?? claims.app, claims.sessionId ?? claims.session]
    const { persistentId } = claims
    if (!isTextOrMissing(appId) || !isTextOrMissing(sessionId) || !isTextOrMissing(persistentId)) {
      return bad("the token's app, session or persistentId is no text")
    }
    const expiresAt = (exp + CLOCK_TOLERANCE_S) * 1000
    const isGood = () => this.#clock.wallTime() < expiresAt
    const who = sub === undefined ? 'token' : `token of ${sub}`
    return { tag: 'good', pass: { role, appId, persistentId, sessionId, who, expiresAt, isGood } }
  }

  #unclear(error: KeysUnavailableError): Verdict {
    if (this.#logged.take('')) {
      const fields = { scope: 'process', event: 'keys-unavailable', err: error.cause }
      this.#log.error(
        fields,
        'the keys at BOX_JWKS_URL cannot be fetched: tokens cannot be checked',
      )
    }
    return {
      tag: 'unclear',
      reason:
        'the box cannot check your token now, because it cannot reach who made it: try again soon',
    }
  }
}

function remoteKeys(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), { timeoutDuration: KEYS_TIMEOUT_MS })
  return async (header, token) => {
    try {
      return await remote(header, token)
    } catch (cause) {
      const isTokensFault =
        cause instanceof errors.JWKSNoMatchingKey ||
        cause instanceof errors.JWKSMultipleMatchingKeys
      if (isTokensFault) throw cause
      throw new KeysUnavailableError('no keys', { cause })
    }
  }
}

function isTextOrMissing(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '')
}
