import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Networks } from '../access/networks.ts'
import { addressOf } from '../access/request-address.ts'

const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/
/** From where a container's proxy sees its own machine: loopback, or the gateway of the container's network. */
const NEAR = new Networks(['loopback', 'uniquelocal'])
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i

const schema = {
  type: 'object',
  required: ['urls', 'byName', 'you'],
  properties: {
    urls: { type: 'array', items: { type: 'string' } },
    byName: { type: ['string', 'null'] },
    you: { type: 'string' },
  },
} as const

export interface AddressRoutesOptions {
  /** URLs by which others on its networks reach the box, the likeliest first */
  readonly networkUrls: () => readonly string[]
  /** the URL by the box's name on its networks (multicast DNS) */
  readonly namedUrl: () => string | undefined
}

/**
 * `/addresses`: where a phone finds the box. Only a page that somebody has open on this very machine
 * is told, with a trusted proxy in between as well, as in Docker: for everybody else there is none. And by which address the box knows who asks, which shows what proxies say.
 */
export async function addressRoutes(
  app: FastifyInstance,
  { networkUrls, namedUrl }: AddressRoutesOptions,
) {
  app.get('/addresses', { schema: { response: { 200: schema } } }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const you = addressOf(request)
    // Whoever is on a network of the box hears the name there anyway.
    const byName = NEAR.includes(you) ? (namedUrl() ?? null) : null
    return { urls: isFromHere(request) ? networkUrls() : [], byName, you }
  })
}

/** A page of elsewhere whose name was made to lead here (DNS rebinding) still has its own `Host`. */
function isFromHere(request: FastifyRequest): boolean {
  const { socket, headers } = request
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return false
  const own = socket.remoteAddress ?? ''
  if (!('forwarded' in headers || 'x-forwarded-for' in headers)) return LOOPBACK_ADDRESS.test(own)
  // Only a proxy that is believed changes the address. One on this machine may have put its own word for the host.
  const client = addressOf(request)
  return client !== own && !LOOPBACK_ADDRESS.test(own) && NEAR.includes(client)
}
