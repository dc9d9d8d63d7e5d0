import type { IncomingHttpHeaders } from 'node:http'
import { splitTokenPath } from '../protocol/token-path.ts'
import { type CookieName, tokenInCookies } from './cookies.ts'

/** What a visitor shows to be let in. */
export interface Credential {
  readonly token: string
  /** a browser brings a cookie whatever page has it ask; the others are brought on purpose */
  readonly from: 'path' | 'bearer' | CookieName
}

/**
 * Finds the credential of a request (ACCESS4): in its path, else in `Authorization`, else in its cookie.
 * @param target as it came
 */
export function credentialsOf(target: string, headers: IncomingHttpHeaders): Credential[] {
  const meant = meantCredentialsOf(target, headers)
  const cookie = meant.length === 0 ? tokenInCookies('box-access', headers.cookie) : undefined
  return cookie === undefined ? meant : [{ token: cookie, from: 'box-access' }]
}

/** Likewise, without what a browser brings by itself. */
export function meantCredentialsOf(target: string, headers: IncomingHttpHeaders): Credential[] {
  const [path = ''] = target.split('?', 1)
  const { token } = splitTokenPath(path)
  if (token !== undefined) return [{ token, from: 'path' }]
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  return bearer === undefined ? [] : [{ token: bearer, from: 'bearer' }]
}

export function isCookie(
  credential: Credential,
): credential is Credential & { readonly from: CookieName } {
  return credential.from !== 'path' && credential.from !== 'bearer'
}
