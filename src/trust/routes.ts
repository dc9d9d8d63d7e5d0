import { X509Certificate } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LocalAuthority, Tls } from '../tls/ports.ts'
import { appleProfile } from './apple-profile.ts'
import { addressBy, hostIn, isFor, isLoopback, type PublicPorts } from './box-address.ts'
import { plainCookies, trustsCookies } from './browser-cookies.ts'
import { trustPages } from './pages.ts'
import { type PlaceFacts, placeIn } from './place.ts'

const MOST_FORM_BYTES = 4096
const text = { type: 'string' } as const
const nothing = { type: 'null' } as const
const refusal = { type: 'object', properties: { error: text, message: text } } as const
const about = {
  type: 'object',
  required: ['mode', 'httpUrl', 'httpsUrl', 'isCertified', 'otherHosts'],
  properties: {
    mode: text,
    httpUrl: text,
    httpsUrl: text,
    isCertified: { type: 'boolean' },
    otherHosts: { type: 'array', items: text },
    authority: {
      type: 'object',
      required: ['name', 'fingerprint', 'notAfter'],
      properties: { name: text, fingerprint: text, notAfter: text },
    },
  },
} as const
const placeQuery = { type: 'object', properties: { next: text } } as const
const placeFacts = {
  type: 'object',
  required: ['title', 'secure'],
  properties: {
    title: { type: ['string', 'null'] },
    secure: { type: ['array', 'null'], items: text },
  },
} as const
const form = { type: 'object', properties: { next: text } } as const

/** The authority as devices take it: where, as what, and by which name it is saved. */
const DOWNLOADS: ReadonlyArray<{
  readonly path: string
  readonly type: string
  readonly disposition: string
  readonly body: (authority: LocalAuthority) => Buffer | string | Promise<string>
}> = [
  {
    path: '/trust/ca.crt',
    type: 'application/x-x509-ca-cert',
    disposition: 'attachment; filename="croquet-box.crt"',
    body: ({ certificate }) => Buffer.from(certificate),
  },
  {
    path: '/trust/ca.pem',
    type: 'application/x-pem-file',
    disposition: 'attachment; filename="croquet-box.pem"',
    body: ({ certificate }) => new X509Certificate(certificate).toString(),
  },
  {
    path: '/trust/box.mobileconfig',
    type: 'application/x-apple-aspen-config',
    // Safari asks whether to install it only if it is no attachment.
    disposition: 'inline; filename="croquet-box.mobileconfig"',
    body: appleProfile,
  },
]

export interface TrustRoutesOptions {
  readonly tls: Tls
  /** for who came by that URL */
  readonly ports: (publicUrl: string) => PublicPorts
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
  /** what the box knows of a place of its own */
  readonly factsOf: (request: FastifyRequest, place: string) => Promise<PlaceFacts>
}

/**
 * `/trust`: how a device gets to trust the box. All of it is for everybody, by http as well, but for the titles of apps, which
 * are for those who are let in.
 */
export async function trustRoutes(app: FastifyInstance, options: TrustRoutesOptions) {
  const { tls, ports, publicUrl, factsOf } = options
  await app.register(trustPages)

  app.get('/trust/about.json', { schema: { response: { 200: about } } }, (request, reply) => {
    const url = publicUrl(request)
    tls.noteHost(hostIn(url))
    return reply.header('cache-control', 'no-store').send(aboutBox(tls, url, ports(url)))
  })

  app.get<{ Querystring: { next?: string } }>(
    '/trust/place',
    { schema: { querystring: placeQuery, response: { 200: placeFacts } } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return factsOf(request, placeIn(request.query.next))
    },
  )

  // A page that was opened by http asks for it by https, which is another origin.
  app.get('/trust/check', { schema: { response: { 204: nothing } } }, (_request, reply) =>
    reply
      .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
      .code(204)
      .send(),
  )

  for (const { path, type, disposition, body } of DOWNLOADS) {
    app.get(path, { schema: { response: { '4xx': refusal } } }, async (_request, reply) => {
      if (!tls.authority) return sendNoAuthority(reply)
      const headers = { 'content-disposition': disposition, 'cache-control': 'no-store' }
      return reply
        .headers(headers)
        .type(type)
        .send(await body(tls.authority))
    })
  }
  noteRoutes(app, options)
}

/** What browsers have the box remember of them. */
function noteRoutes(app: FastifyInstance, { tls, publicUrl }: TrustRoutesOptions): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  const response = { 204: nothing, '3xx': text, '4xx': refusal }

  app.post('/trust/trusted', { schema: { response } }, (request, reply) => {
    if (!tls.authority) return sendNoAuthority(reply)
    if (!publicUrl(request).startsWith('https:')) {
      const message = 'only a browser that came by https can say that it trusts the box'
      return reply.code(400).send({ error: 'Bad Request', message })
    }
    return reply.header('set-cookie', trustsCookies(tls.authority.fingerprint)).code(204).send()
  })

  app.post<{ Body: { next?: string } }>(
    '/trust/plain',
    { schema: { body: form, response } },
    (request, reply) => {
      if (!tls.authority) return sendNoAuthority(reply)
      reply.headers({
        'set-cookie': plainCookies(tls.authority.fingerprint),
        'cache-control': 'no-store',
      })
      // Relative, so that it stays on this host, under whatever prefix it came.
      return reply.redirect(`..${placeIn(request.body.next)}`, 303)
    },
  )
}

function aboutBox(tls: Tls, publicUrl: string, ports: PublicPorts) {
  const { mode, authority } = tls
  const names = tls.names()
  const isOther = (name: string) => !isLoopback(name) && !name.includes('*')
  return {
    mode,
    httpUrl: addressBy('http', publicUrl, ports),
    httpsUrl: addressBy('https', publicUrl, ports),
    isCertified: isFor(names, hostIn(publicUrl)),
    otherHosts: names.filter(isOther),
    ...(authority && {
      authority: {
        name: authority.name,
        fingerprint: authority.fingerprint,
        notAfter: authority.notAfter.toISOString(),
      },
    }),
  }
}

function sendNoAuthority(reply: FastifyReply): FastifyReply {
  const message = 'this box has no certificate authority of its own: there is nothing to trust'
  return reply.code(404).header('cache-control', 'no-store').send({ error: 'Not Found', message })
}
