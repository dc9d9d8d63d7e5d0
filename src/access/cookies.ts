/** What a browser was let in by: a token, or the admin password. */
export type CookieName = 'box-access' | 'box-admin'

/** Of those that came by https: no page that was loaded by http can set one of these. */
const SECURE_PREFIX = '__Host-'
const SAME_SITE: Readonly<Record<CookieName, 'Lax' | 'Strict'>> = {
  'box-access': 'Lax',
  'box-admin': 'Strict',
}

/** The token in a `Cookie` header. */
export function tokenInCookies(name: CookieName, header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const names = name === 'box-admin' ? [SECURE_PREFIX + name, name] : [name]
  for (const each of names) {
    const token = new RegExp(`(?:^|;)\\s*${each}=([\\w.-]+)\\s*(?:;|$)`).exec(header)?.[1]
    if (token !== undefined) return token
  }
  return undefined
}

/**
 * A `Set-Cookie` header that has a browser bring the token with each request to this host. No script can read it,
 * and requests that pages of other sites make do not carry it.
 * @param lifeMs how long it is kept
 * @param isSecure whether the browser came by https
 */
export function cookieFor(
  name: CookieName,
  token: string,
  lifeMs: number,
  isSecure: boolean,
): string {
  const seconds = Math.max(0, Math.floor(lifeMs / 1000))
  const prefix = name === 'box-admin' && isSecure ? SECURE_PREFIX : ''
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${SAME_SITE[name]}`
  return `${prefix}${name}=${token}; ${attributes}${isSecure ? '; Secure' : ''}`
}

/** A `Set-Cookie` header that has a browser forget it. */
export function noCookie(name: CookieName, isSecure: boolean): string {
  return cookieFor(name, '', 0, isSecure)
}
