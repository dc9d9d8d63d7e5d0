import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/**
 * Headers of every answer. No content security policy: hosted apps bring scripts, workers and
 * sockets of their own, and what they may do is theirs to say.
 */
const SECURITY = {
  'x-content-type-options': 'nosniff',
  // The names of sessions are in a page's address.
  'referrer-policy': 'strict-origin-when-cross-origin',
}

/** Who goes back to a certificate that browsers warn of is out of reach for so long. */
const HSTS = `max-age=${30 * 24 * 3600}`

/**
 * Has browsers come by https only, for a month from each visit. That is for certificates of public authorities alone: who was told so
 * cannot pass the warning of any other.
 */
export function addHsts(app: FastifyInstance, isDue: (request: FastifyRequest) => boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isDue(request)) reply.header('strict-transport-security', HSTS)
  })
}

export async function setSecurityHeaders(_request: FastifyRequest, reply: FastifyReply) {
  reply.headers(SECURITY)
}
