/**
 * What a browser was let in by: a token, or the admin password. That of who logged in by https has a name that no page can
 * set which was loaded by http; whoever did both brings both by https.
 */
export type CookieName = 'box-access' | 'box-admin' | '__Host-box-admin'

const SAME_SITE: Readonly<Record<CookieName, 'Lax' | 'Strict'>> = {
  'box-access': 'Lax',
  'box-admin': 'Strict',
  '__Host-box-admin': 'Strict',
}

/** That of who logs in as admin. @param isSecure whether the browser came by https */
export function adminCookie(isSecure: boolean): CookieName {
  return isSecure ? '__Host-box-admin' : 'box-admin'
}

/** The token in a `Cookie` header. */
export function tokenInCookies(name: CookieName, header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  return new RegExp(`(?:^|;)\\s*${name}=([\\w.-]+)\\s*(?:;|$)`).exec(header)?.[1]
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
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${SAME_SITE[name]}`
  return `${name}=${token}; ${attributes}${isSecure ? '; Secure' : ''}`
}

/** A `Set-Cookie` header that has a browser forget it. */
export function noCookie(name: CookieName, isSecure: boolean): string {
  return cookieFor(name, '', 0, isSecure)
}
