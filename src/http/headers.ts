import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Headers of every answer. No content security policy: hosted apps bring scripts, workers and
 * sockets of their own, and what they may do is theirs to say.
 */
const SECURITY = {
  'x-content-type-options': 'nosniff',
  // The names of sessions are in a page's address.
  'referrer-policy': 'strict-origin-when-cross-origin',
}

export async function setSecurityHeaders(_request: FastifyRequest, reply: FastifyReply) {
  reply.headers(SECURITY)
}
