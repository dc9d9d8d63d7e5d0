import type { IncomingHttpHeaders } from 'node:http'
import { splitTokenPath } from '../protocol/token-path.ts'
import { type CookieName, tokenInCookies } from './cookies.ts'

/** What a visitor shows to be let in. */
export interface Credential {
  readonly token: string
  /** a browser brings a cookie whatever page has it ask; the others are brought on purpose */
  readonly from: 'path' | 'bearer' | CookieName
}

/** That of somebody who logged in counts before that of a link. */
const COOKIE_NAMES: readonly CookieName[] = ['__Host-box-admin', 'box-admin', 'box-access']

/**
 * Finds the credentials of a request (ACCESS4): the one in its path, else in `Authorization`, else those in its
 * cookies, of which the first that is good counts.
 * @param target as it came
 */
export function credentialsOf(target: string, headers: IncomingHttpHeaders): Credential[] {
  const [path = ''] = target.split('?', 1)
  const { token } = splitTokenPath(path)
  if (token !== undefined) return [{ token, from: 'path' }]
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return [{ token: bearer, from: 'bearer' }]
  return COOKIE_NAMES.flatMap((from) => {
    const cookie = tokenInCookies(from, headers.cookie)
    return cookie === undefined ? [] : [{ token: cookie, from }]
  })
}

export function isCookie(
  credential: Credential,
): credential is Credential & { readonly from: CookieName } {
  return credential.from !== 'path' && credential.from !== 'bearer'
}
