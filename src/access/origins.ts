/** Every origin. */
const ANY = '*'
const LOOPBACK_HOST = /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'ws:': '80',
  'wss:': '443',
}

/** The page that asks, and how it got here. */
export interface OriginClaim {
  /** as the browser says; no page can change that */
  readonly origin: string
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: string
  /** whether the client is on the machine of the box */
  readonly isLocal: boolean
}

/** Whose pages may use the box with what their visitors' browsers have: an address, a cookie (ACCESS6). */
export class Origins {
  readonly #allowed: ReadonlySet<string>
  /** whether the pages of every origin may */
  readonly isEverybody: boolean

  /** @param allowed as {@link parseOrigins} reads them */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed)
    this.isEverybody = this.#allowed.has(ANY)
  }

  allows({ origin, publicUrl, isLocal }: OriginClaim): boolean {
    if (this.isEverybody || this.#allowed.has(origin)) return true
    const page = URL.parse(origin)
    if (!page) return false
    if (isLocal && LOOPBACK_HOST.test(page.hostname)) return true
    const box = URL.parse(publicUrl)
    return box !== null && page.hostname === box.hostname && portOf(page) === portOf(box)
  }
}

/**
 * Reads origins, comma-separated, or `*`.
 * @returns undefined if there are none
 * @throws {Error} whose message completes "must be …"
 */
export function parseOrigins(text: string): readonly string[] | undefined {
  if (text === '') return undefined
  const origins = text.split(',').map((origin) => origin.trim().replace(/\/$/, ''))
  if (origins.every((origin) => origin === ANY || isOrigin(origin))) {
    return origins.map((origin) => (origin === ANY ? ANY : new URL(origin).origin))
  }
  throw new Error('origins (https://school.example), comma-separated, or *')
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/?#@]+$/.test(text) && URL.canParse(text)
}

/** "" for what is no origin of a web page. */
function portOf({ port, protocol }: URL): string {
  const usual = DEFAULT_PORTS[protocol] ?? ''
  return usual && (port || usual)
}
