import type { CookieName } from './cookies.ts'
import { type Credential, isCookie } from './credential.ts'
import type { Caller, KnownHosts } from './known-hosts.ts'
import { Networks, plainAddress } from './networks.ts'
import type { Origins } from './origins.ts'
import { ANYBODY, type Pass, type Role } from './pass.ts'
import type { Policy } from './policy.ts'
import type { Clock, Log } from './ports.ts'
import { asSentence, closeReason, type Refusal } from './refusal.ts'
import { Throttle } from './throttle.ts'
import type { Verdict } from './verdict.ts'

/**
 * Who may ask for something: everybody; whoever may try to log in as admin; whoever was let in; whoever sees how the box
 * is doing, by address or role; whoever has the role `admin` or `monitor`; or admins.
 */
export type Entry = 'everybody' | 'callers' | 'visitors' | 'monitors' | 'onlookers' | 'admins'

/** `staleCookies`: those that were shown and are good for nothing any more. */
export type Answer =
  | {
      readonly tag: 'admitted'
      readonly pass: Pass
      readonly staleCookies: readonly CookieName[]
    }
  | {
      readonly tag: 'refused'
      readonly refusal: Refusal
      readonly staleCookies: readonly CookieName[]
    }

/** A request as the door sees it. */
export interface Visit extends Caller {
  /** the first that is good counts */
  readonly credentials: readonly Credential[]
  /** of the page that asks; undefined: no page does, or it is none of the door's business */
  readonly origin: string | undefined
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: () => string
}

export interface DoorParts {
  readonly policy: Policy
  readonly origins: Origins
  readonly hosts: KnownHosts
  /** addresses that may see how the box is doing; see `parseNetworks` */
  readonly monitors: readonly string[]
  /** what a token is good for, whoever shows it */
  readonly verify: (token: string) => Promise<Verdict>
  readonly clock: Clock
  readonly log: Log
}

/** One line for each visitor that is turned away in this time (ms). */
const LOG_WINDOW_MS = 60_000
const LOOPBACK = new Networks(['loopback'])
const WELCOME: Answer = { tag: 'admitted', pass: ANYBODY, staleCookies: [] }
const ROLES_FOR: Readonly<Record<'monitors' | 'onlookers' | 'admins', readonly Role[]>> = {
  monitors: ['monitor', 'admin'],
  onlookers: ['monitor', 'admin'],
  admins: ['admin'],
}
const MONITORS_ONLY: Refusal = {
  statusCode: 403,
  message:
    'this is for whoever runs the box: open it on the machine of the box, or set BOX_MONITORS to where you are',
  page: 'refused',
}
const ADMINS_ONLY: Refusal = {
  statusCode: 403,
  message: 'this is for whoever runs the box: it takes a login or token with the role admin',
  page: 'refused',
}
const NOT_LOGGED_IN: Refusal = {
  statusCode: 401,
  message: 'this is for whoever runs the box: log in at /admin/, or bring a token',
  page: 'refused',
}

/** Decides who may come in. */
export class Door {
  readonly #parts: DoorParts
  readonly #monitors: Networks
  readonly #logged: Throttle

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#monitors = new Networks(parts.monitors)
    this.#logged = new Throttle(1, LOG_WINDOW_MS, () => parts.clock.now())
  }

  /** Whether pages of all origins may use the box. */
  get isForAllOrigins(): boolean {
    return this.#parts.origins.isEverybody
  }

  /** Why the page that asks may not; undefined: it may. */
  refusalOfOrigin({ address, credentials, origin, publicUrl }: Visit): Refusal | undefined {
    if (origin === undefined) return undefined
    // What no browser brings by itself, the page has from somebody who may use the box.
    if (credentials.some((credential) => !isCookie(credential))) return undefined
    const claim = { origin, publicUrl: publicUrl(), isLocal: LOOPBACK.includes(address) }
    if (this.#parts.origins.allows(claim)) return undefined
    return this.#noted(plainAddress(address), foreignPage(origin))
  }

  /** Nobody waits for the answer who shows no credential. */
  admit(visit: Visit, entry: Entry): Answer | Promise<Answer> {
    if (entry === 'everybody') return WELCOME
    const { credentials, hosts } = visit
    const caller = { address: plainAddress(visit.address), hosts }
    return credentials.length === 0
      ? this.#admitAddress(caller, entry, [])
      : this.#admitByCredential(credentials, caller, entry)
  }

  async #admitByCredential(
    credentials: readonly Credential[],
    caller: Caller,
    entry: Entry,
  ): Promise<Answer> {
    const staleCookies: CookieName[] = []
    for (const credential of credentials) {
      const verdict = await this.#parts.verify(credential.token)
      if (verdict.tag === 'good') {
        return this.#admitPass(verdict.pass, caller, entry, staleCookies)
      }
      if (verdict.tag === 'unclear' || !isCookie(credential)) {
        return this.#refuse(caller, refusalOf(verdict), staleCookies)
      }
      staleCookies.push(credential.from)
    }
    return this.#admitAddress(caller, entry, staleCookies)
  }

  #admitAddress(caller: Caller, entry: Entry, staleCookies: readonly CookieName[]): Answer {
    const { policy } = this.#parts
    const pass = policy.passFor(caller)
    if (policy.mayLogIn(caller)) {
      if (entry === 'callers') return { tag: 'admitted', pass: pass ?? ANYBODY, staleCookies }
      if (entry === 'onlookers' || entry === 'admins') {
        return { tag: 'refused', refusal: NOT_LOGGED_IN, staleCookies }
      }
    }
    if (pass || entry === 'monitors') {
      return this.#admitPass(pass ?? ANYBODY, caller, entry, staleCookies)
    }
    return this.#refuse(caller, policy.refusalFor(caller), staleCookies)
  }

  #admitPass(
    pass: Pass,
    caller: Caller,
    entry: Entry,
    staleCookies: readonly CookieName[],
  ): Answer {
    if (entry === 'monitors' || entry === 'onlookers' || entry === 'admins') {
      const refusal = entry === 'monitors' ? this.#refusalOfMonitor(caller) : ADMINS_ONLY
      if (refusal && !ROLES_FOR[entry].includes(pass.role)) {
        return this.#refuse(caller, refusal, staleCookies)
      }
    }
    return { tag: 'admitted', pass, staleCookies }
  }

  /** Why the address alone does not show how the box is doing; undefined: it does. */
  #refusalOfMonitor(caller: Caller): Refusal | undefined {
    return this.#monitors.includes(caller.address)
      ? this.#parts.hosts.refusalFor(caller, 'machine')
      : MONITORS_ONLY
  }

  #refuse({ address }: Caller, refusal: Refusal, staleCookies: readonly CookieName[]): Answer {
    return { tag: 'refused', refusal: this.#noted(address, refusal), staleCookies }
  }

  /** Writes a line, if there was none of late. */
  #noted(address: string, refusal: Refusal): Refusal {
    if (this.#logged.take(address)) {
      const { statusCode: status, message: reason } = refusal
      const fields = { scope: 'process', event: 'turned-away', userIp: address, status, reason }
      this.#parts.log.warn(fields, 'visitor turned away')
    }
    return refusal
  }
}

/** What those are told whose token is not good. */
export function refusalOf({ tag, reason }: Exclude<Verdict, { tag: 'good' }>): Refusal {
  if (tag === 'unclear') return { statusCode: 503, message: reason, page: 'refused' }
  const message = `${reason}: ask whoever sent it to you for a new one`
  return {
    ...{ statusCode: 401, message, page: 'refused' },
    closeReason: closeReason(
      `${asSentence(reason)} Ask for a new one.`,
      'Your link or token is not good here. Ask for a new one.',
    ),
    cause: {
      why: asSentence(reason),
      remedy: 'If they may come in, send them a new link or token.',
    },
  }
}

function foreignPage(text: string): Refusal {
  const [statusCode, page] = [403, 'refused'] as const
  const origin = URL.parse(text)?.origin ?? 'null'
  if (origin === 'null') {
    return {
      ...{ statusCode, page, message: 'pages that are no web server’s may not use this box' },
      closeReason: closeReason(
        'Pages that are opened as a file may not use this box: open it from a web server.',
      ),
      cause: {
        why: 'The page is no web server’s: it was opened as a file, or in a closed-off frame.',
        remedy: 'Put the app on the box, or serve its page from another web server.',
      },
    }
  }
  return {
    ...{ statusCode, page },
    message: `pages of ${origin} may not use this box: whoever runs it can allow that with BOX_ORIGINS=${origin}`,
    closeReason: closeReason(
      `Pages of ${origin} may not use this box. Its admin can set BOX_ORIGINS.`,
      'Pages of this site may not use this box. Its admin can set BOX_ORIGINS.',
    ),
    cause: {
      why: `Pages of ${origin} may not use the box.`,
      remedy: `If you trust that site, add ${origin} to BOX_ORIGINS, and start the box again.`,
    },
  }
}
