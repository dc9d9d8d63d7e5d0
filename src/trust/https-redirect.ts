import type { FastifyReply, FastifyRequest } from 'fastify'
import { isByPerson, rootFrom } from '../access/refusal-answer.ts'
import { splitTokenPath } from '../protocol/token-path.ts'
import type { Tls } from '../tls/ports.ts'
import { addressBy, hostIn, isFor, isLoopback, type PublicPorts } from './box-address.ts'
import { notesIn } from './browser-cookies.ts'
import type { HttpWay } from './http-way.ts'
import { placeIn } from './place.ts'

/** What programs ask for, and what has to work before a device trusts the box. Links have a token in their path. */
const PLAIN_PATHS =
  /^\/(?:reflector|files|lib|trust|api|healthz|readyz|metrics|sessions|users|addresses|invite)(?:[/?]|$)/

/** A page that somebody opens. */
export interface PageVisit {
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: string
  /** path and query, as they reached the box */
  readonly target: string
  /** likewise, as they are routed */
  readonly routed: string
  readonly cookies: string | undefined
}

export interface HttpsRedirectParts {
  readonly tls: Tls
  readonly http: HttpWay
  /** for who came by that URL */
  readonly ports: (publicUrl: string) => PublicPorts
  readonly publicUrl: (request: FastifyRequest) => string
}

/** Sends on who opens a page by http, so that nobody meets a warning of their browser. */
export class HttpsRedirect {
  readonly #parts: HttpsRedirectParts

  constructor(parts: HttpsRedirectParts) {
    this.#parts = parts
  }

  /** Whether the request has its answer by this. Only what a person opens in a browser gets one. */
  answers(request: FastifyRequest, reply: FastifyReply): boolean {
    const { tls, http, publicUrl } = this.#parts
    if (tls.mode === 'off' || http === 'serve') return false
    if (request.method !== 'GET' || !isByPerson(request)) return false
    const { originalUrl: target, url: routed, headers } = request
    // Whatever proxy says so, and be it one that is not believed: led to https, people would come back by it for ever.
    if (headers['x-forwarded-proto'] === 'https') return false
    const visit = { publicUrl: publicUrl(request), target, routed, cookies: headers.cookie }
    const location = this.locationFor(visit)
    if (location === undefined) return false
    reply.header('cache-control', 'no-store').redirect(location, 307)
    return true
  }

  /** Where a visitor has to go instead: by https, or to the page about trust. undefined: they are right here. */
  locationFor({ publicUrl, target, routed, cookies }: PageVisit): string | undefined {
    const { tls, ports } = this.#parts
    if (!publicUrl.startsWith('http:') || PLAIN_PATHS.test(routed)) return undefined
    // The door takes the token first: it gets into no other address.
    if (splitTokenPath(pathOf(target)).token !== undefined) return undefined
    const host = hostIn(publicUrl)
    if (isLoopback(host)) return undefined
    tls.noteHost(host)
    const place = placeIn(target)
    const byHttps = addressBy('https', publicUrl, ports(publicUrl)) + place
    const isCertified = isFor(tls.names(), host)
    // Whoever gave the box its certificate knows by which names it is reached; by others it would be warned of.
    if (!tls.authority) return isCertified ? byHttps : undefined
    const { trusts, isPlain } = notesIn(cookies, tls.authority.fingerprint)
    if (trusts && isCertified) return byHttps
    return isPlain ? undefined : `${rootFrom(target)}trust/?next=${encodeURIComponent(place)}`
  }
}

function pathOf(target: string): string {
  const [path = ''] = target.split('?', 1)
  return path
}
