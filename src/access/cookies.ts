const NAME = 'box-access'
const IN_HEADER = new RegExp(`(?:^|;)\\s*${NAME}=([\\w.-]+)\\s*(?:;|$)`)

/** The token in a `Cookie` header. */
export function tokenInCookies(header: string | undefined): string | undefined {
  return header === undefined ? undefined : IN_HEADER.exec(header)?.[1]
}

/**
 * A `Set-Cookie` header that has a browser bring the token with each request to this host. No script can read it,
 * and requests that pages of other sites make do not carry it.
 * @param lifeMs how long it is kept
 * @param isSecure whether the browser came by https
 */
export function cookieFor(token: string, lifeMs: number, isSecure: boolean): string {
  const seconds = Math.max(0, Math.floor(lifeMs / 1000))
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax`
  return `${NAME}=${token}; ${attributes}${isSecure ? '; Secure' : ''}`
}

/** A `Set-Cookie` header that has a browser forget it. */
export function noCookie(isSecure: boolean): string {
  return cookieFor('', 0, isSecure)
}
