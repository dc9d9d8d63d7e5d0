import type { FastifyInstance } from 'fastify'
import { type InviteRoutesOptions, inviteRoutes } from '../access/invite-routes.ts'

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type',
}

/** The interface for programs that run the box; at the door it is for admins. */
export async function apiRoutes(app: FastifyInstance, options: InviteRoutesOptions) {
  app.options('/*', async (_request, reply) => reply.code(204).headers(PREFLIGHT).send())
  const { invites, boxTokens, audit, passOf, publicUrl } = options
  await app.register(inviteRoutes, { invites, boxTokens, audit, passOf, publicUrl })
}
