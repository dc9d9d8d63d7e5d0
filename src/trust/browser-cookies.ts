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
  const id = idOf(fingerprint)
  return {
    trusts: pairs.includes(`${TRUSTS}=${id}`),
    isPlain: pairs.includes(`${PLAIN}=${id}`),
  }
}

/** `Set-Cookie` headers for a browser that trusts the authority. They are for http, where they decide. */
export function trustsCookies(fingerprint: string): string[] {
  return [cookie(TRUSTS, idOf(fingerprint), TRUSTS_LIFE_S), cookie(PLAIN, '', 0)]
}

/** `Set-Cookie` headers for who wants to go on without https: whatever was said before, they are not led there. */
export function plainCookies(fingerprint: string): string[] {
  return [cookie(PLAIN, idOf(fingerprint), PLAIN_LIFE_S), cookie(TRUSTS, '', 0)]
}

function cookie(name: string, value: string, lifeS: number): string {
  return `${name}=${value}; Path=/; Max-Age=${lifeS}; HttpOnly; SameSite=Lax`
}

function idOf(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}
