import type { IncomingHttpHeaders } from 'node:http'
import { splitTokenPath } from '../protocol/token-path.ts'
import { tokenInCookies } from './cookies.ts'

/** What a visitor shows to be let in. */
export interface Credential {
  readonly token: string
  /** a browser brings a cookie whatever page has it ask; the others are brought on purpose */
  readonly from: 'path' | 'bearer' | 'cookie'
}

/**
 * Finds the credential of a request (ACCESS4): in its path, else in `Authorization`, else in its cookie.
 * @param target as it came
 */
export function credentialOf(target: string, headers: IncomingHttpHeaders): Credential | undefined {
  const [path = ''] = target.split('?', 1)
  const { token } = splitTokenPath(path)
  if (token !== undefined) return { token, from: 'path' }
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { token: bearer, from: 'bearer' }
  const cookie = tokenInCookies(headers.cookie)
  return cookie === undefined ? undefined : { token: cookie, from: 'cookie' }
}
