const TRUSTS = 'box-trusts'
const PLAIN = 'box-plain'
/** The longest that browsers keep a cookie: 400 days. */
const TRUSTS_LIFE_S = 400 * 24 * 3600
const PLAIN_LIFE_S = 24 * 3600

/** What a browser is known for. Neither is a secret, nor lets anybody in. */
export interface BrowserNotes {
  /** It showed that it trusts this authority. */
  readonly trusts: boolean
  /** Its person wants to go on without https, for a day. */
  readonly isPlain: boolean
}

/** @param fingerprint of the authority; with a new one, browsers are asked anew */
export function notesIn(cookies: string | undefined, fingerprint: string): BrowserNotes {
  const pairs = cookies?.split(/;\s*/) ?? []
  const value = idOf(fingerprint)
  return {
    trusts: pairs.includes(`${TRUSTS}=${value}`),
    isPlain: pairs.includes(`${PLAIN}=${value}`),
  }
}

/** A `Set-Cookie` header for a browser that trusts the authority. It is for http, where it decides. */
export function trustsCookie(fingerprint: string): string {
  return cookie(TRUSTS, fingerprint, TRUSTS_LIFE_S)
}

/** A `Set-Cookie` header for who wants to go on without https. */
export function plainCookie(fingerprint: string): string {
  return cookie(PLAIN, fingerprint, PLAIN_LIFE_S)
}

function cookie(name: string, fingerprint: string, lifeS: number): string {
  return `${name}=${idOf(fingerprint)}; Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Lax`
}

function idOf(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}
