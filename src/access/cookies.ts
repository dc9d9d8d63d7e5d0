/** What a browser was let in by: a token. It is good for apps and sessions, and for nothing else. */
export type CookieName = 'box-access'

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
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`
  return `${name}=${token}; ${attributes}${isSecure ? '; Secure' : ''}`
}

/** A `Set-Cookie` header that has a browser forget it. */
export function noCookie(name: CookieName, isSecure: boolean): string {
  return cookieFor(name, '', 0, isSecure)
}
