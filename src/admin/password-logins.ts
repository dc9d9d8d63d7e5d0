import pLimit from 'p-limit'
import type { AdminPassword } from '../access/admin-password.ts'
import type { AdminSession, AdminSessions, SessionKind } from '../access/admin-sessions.ts'
import type { Logins } from '../access/logins.ts'
import type { AccountOf, Breaches, Clock } from '../access/ports.ts'
import { RequestError } from '../access/request-error.ts'
import { Throttle } from '../access/throttle.ts'

const MINUTE_MS = 60_000
/** Wrong passwords a minute from one address, or network. */
const MOST_TRIES = 10
/** One is checked at a time, which takes one processor part of a second; so many may wait for it, from all addresses. */
const MOST_WAITING = 10
/** When those who come while so many wait may try again (s). */
const RETRY_SECONDS = 5
export const WHO = 'admin password'

const NONE_YET =
  'no admin password is set: open the link that the box has shown when it started, or make one by npm run admin -- reset on its machine'
const WRONG = 'that is not the admin password'
const TOO_OFTEN =
  'there were too many wrong passwords from where you are: wait a minute, then try again'
const TOO_MANY = 'too many passwords are being tried at once: try again in a few seconds'

export interface PasswordLoginsParts {
  readonly password: AdminPassword
  readonly sessions: AdminSessions
  readonly logins: Logins
  readonly breaches: Breaches
  readonly accountOf: AccountOf
  /** the commands in a text as they are typed where the box runs */
  readonly wording: (text: string) => string
  readonly clock: Clock
}

/** Lets in who knows the admin password, and makes others wait (ADMIN3). */
export class PasswordLogins {
  readonly #parts: PasswordLoginsParts
  readonly #tries: Throttle
  readonly #checks = pLimit(1)

  constructor(parts: PasswordLoginsParts) {
    this.#parts = parts
    this.#tries = new Throttle(MOST_TRIES, MINUTE_MS, () => parts.clock.now())
  }

  /** @throws {RequestError} in words for who tried */
  async logIn(password: string, address: string, kind: SessionKind): Promise<AdminSession> {
    const { sessions, logins } = this.#parts
    await this.check(password, address)
    logins.succeeded({ who: WHO, role: 'admin' }, address)
    return sessions.start(kind)
  }

  /** @throws {RequestError} in words for who tried, if it is not the password or cannot be checked now */
  async check(password: string, address: string): Promise<void> {
    const { breaches, accountOf, wording } = this.#parts
    const account = accountOf(address)
    if (this.#parts.password.id === undefined) throw this.#refusal(409, wording(NONE_YET), address)
    if (!this.#tries.take(account)) {
      breaches.note('password-tries', account)
      throw this.#refusal(429, TOO_OFTEN, address, Math.ceil(this.#tries.restMs / 1000))
    }
    if (this.#checks.pendingCount >= MOST_WAITING) {
      this.#tries.giveBack(account)
      breaches.note('password-checks', account)
      throw this.#refusal(429, TOO_MANY, address, RETRY_SECONDS)
    }
    const isRight = await this.#checks(() => this.#parts.password.matches(password))
    if (!isRight) throw this.#refusal(401, WRONG, address)
    this.#tries.giveBack(account)
  }

  #refusal(
    statusCode: number,
    message: string,
    address: string,
    retrySeconds?: number,
  ): RequestError {
    this.#parts.logins.failed(WHO, address, message)
    const headers = retrySeconds === undefined ? {} : { 'retry-after': `${retrySeconds}` }
    return new RequestError(statusCode, message, headers)
  }
}
