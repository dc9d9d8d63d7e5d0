import type { Audit } from './audit-log.ts'
import type { Pass } from './pass.ts'
import type { AccountOf, Clock } from './ports.ts'
import { Throttle } from './throttle.ts'

const MINUTE_MS = 60_000
/** Failed logins of one address, or network, that are noted in a minute. */
const MOST_NOTED = 10

/** Notes who came in by a passphrase or a link, and who tried to. */
export class Logins {
  readonly #audit: Audit
  readonly #failures: Throttle
  readonly #accountOf: AccountOf

  constructor(audit: Audit, clock: Clock, accountOf: AccountOf) {
    this.#audit = audit
    this.#accountOf = accountOf
    this.#failures = new Throttle(MOST_NOTED, MINUTE_MS, () => clock.now())
  }

  succeeded({ who, role }: Pick<Pass, 'who' | 'role'>, address: string): void {
    this.#audit.note({ event: 'login', who, address, role })
  }

  /** @param who what was shown: `passphrase`, `link` */
  failed(who: string, address: string, reason: string): void {
    if (!this.#failures.take(this.#accountOf(address))) return
    this.#audit.note({ event: 'login-refused', who, address, reason })
  }
}
