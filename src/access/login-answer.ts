import type { FastifyReply } from 'fastify'
import { splitTokenPath } from '../protocol/token-path.ts'
import { cookieFor } from './cookies.ts'
import type { Pass } from './pass.ts'
import type { Clock } from './ports.ts'

/** The cookie for who came by a token: it lasts as long as that. */
export function cookieOf(
  token: string,
  { expiresAt = 0 }: Pass,
  clock: Pick<Clock, 'wallTime'>,
  isSecure: boolean,
): string {
  return cookieFor('box-access', token, expiresAt - clock.wallTime(), isSecure)
}

/**
 * Lets a browser in, and sends it on.
 * @param location relative, so that it stays on this host, under whatever prefix it came; or of the dashboard
 */
export function admit(reply: FastifyReply, cookie: string, location: string): FastifyReply {
  return reply
    .headers({
      'set-cookie': cookie,
      'cache-control': 'no-store',
      // Where it came from has a token in its address.
      'referrer-policy': 'no-referrer',
    })
    .redirect(location, 303)
}

/** From a page with a token in its address to the same one without. */
export function locationWithoutToken(target: string): string {
  const [whole = ''] = target.split('?', 1)
  const { prefix, path } = splitTokenPath(whole)
  const levels = whole.split('/').length - 1 - (prefix.split('/').length - 1) - 1
  const rest = path.slice(prefix.length).replace(/^\//, '')
  return `${'../'.repeat(levels)}${rest}${target.slice(whole.length)}`
}
