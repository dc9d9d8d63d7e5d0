import type { Credential } from './credential.ts'
import { Networks, plainAddress } from './networks.ts'
import type { Origins } from './origins.ts'
import { ANYBODY, type Pass } from './pass.ts'
import type { Policy } from './policy.ts'
import type { Clock, Log } from './ports.ts'
import type { Refusal } from './refusal.ts'
import { Throttle } from './throttle.ts'
import type { Verdict } from './verdict.ts'

/** Who may ask for something: everybody, whoever was let in, or whoever runs the box (by address, or as admin). */
export type Entry = 'everybody' | 'visitors' | 'monitors' | 'admins'

/** `isCookieStale`: the cookie that was shown is good for nothing any more. */
export type Answer =
  | { readonly tag: 'admitted'; readonly pass: Pass; readonly isCookieStale: boolean }
  | { readonly tag: 'refused'; readonly refusal: Refusal; readonly isCookieStale: boolean }

/** A request as the door sees it. */
export interface Visit {
  /** the client's own address */
  readonly address: string
  readonly credential: Credential | undefined
  /** of the page that asks; undefined: no page does, or it is none of the door's business */
  readonly origin: string | undefined
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: () => string
}

export interface DoorParts {
  readonly policy: Policy
  readonly origins: Origins
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
const WELCOME: Answer = { tag: 'admitted', pass: ANYBODY, isCookieStale: false }
const MONITORS_ONLY: Refusal = {
  statusCode: 403,
  message:
    'this is for whoever runs the box: open it on the machine of the box, or set BOX_MONITORS to where you are',
  page: 'refused',
}
const ADMINS_ONLY: Refusal = {
  statusCode: 403,
  message: 'this is for whoever runs the box: it takes a token with the role admin',
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
  refusalOfOrigin({ address, credential, origin, publicUrl }: Visit): Refusal | undefined {
    if (origin === undefined) return undefined
    // What no browser brings by itself, the page has from somebody who may use the box.
    if (credential && credential.from !== 'cookie') return undefined
    const claim = { origin, publicUrl: publicUrl(), isLocal: LOOPBACK.includes(address) }
    if (this.#parts.origins.allows(claim)) return undefined
    const message = originMessage(origin)
    return this.#noted(plainAddress(address), { statusCode: 403, message, page: 'refused' })
  }

  /** Nobody waits for the answer who shows no credential. */
  admit(visit: Visit, entry: Entry): Answer | Promise<Answer> {
    if (entry === 'everybody') return WELCOME
    const address = plainAddress(visit.address)
    const { credential } = visit
    if (!credential) return this.#admitAddress(address, entry, false)
    return this.#parts.verify(credential.token).then((verdict): Answer => {
      if (verdict.tag === 'good') return this.#admitPass(verdict.pass, address, entry, false)
      const isCookie = credential.from === 'cookie'
      if (verdict.tag === 'bad' && isCookie) return this.#admitAddress(address, entry, true)
      return this.#refuse(address, refusalOf(verdict), false)
    })
  }

  #admitAddress(address: string, entry: Entry, isCookieStale: boolean): Answer {
    const pass = this.#parts.policy.passFor(address)
    if (pass || entry === 'monitors') {
      return this.#admitPass(pass ?? ANYBODY, address, entry, isCookieStale)
    }
    return this.#refuse(address, this.#parts.policy.refusalFor(address), isCookieStale)
  }

  #admitPass(pass: Pass, address: string, entry: Entry, isCookieStale: boolean): Answer {
    if (entry !== 'visitors' && pass.role !== 'admin') {
      if (entry === 'admins') return this.#refuse(address, ADMINS_ONLY, isCookieStale)
      if (!this.#monitors.includes(address)) {
        return this.#refuse(address, MONITORS_ONLY, isCookieStale)
      }
    }
    return { tag: 'admitted', pass, isCookieStale }
  }

  #refuse(address: string, refusal: Refusal, isCookieStale: boolean): Answer {
    return { tag: 'refused', refusal: this.#noted(address, refusal), isCookieStale }
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
  return { statusCode: 401, message, page: 'refused' }
}

function originMessage(text: string): string {
  const origin = URL.parse(text)?.origin ?? 'null'
  if (origin === 'null') return 'pages that are no web server’s may not use this box'
  return `pages of ${origin} may not use this box: whoever runs it can allow that with BOX_ORIGINS=${origin}`
}
