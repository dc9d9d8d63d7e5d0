import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type InviteRoutesOptions, inviteRoutes } from '../access/invite-routes.ts'
import { addressOf } from '../access/request-address.ts'
import { type AppRoutesOptions, appRoutes } from '../apps/releases/routes.ts'

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type',
}

export interface ApiRoutesOptions extends InviteRoutesOptions {
  readonly releases: Pick<AppRoutesOptions, 'store' | 'limits' | 'room'>
}

/** The interface for programs that run the box; at the door it is for admins. */
export async function apiRoutes(app: FastifyInstance, options: ApiRoutesOptions) {
  app.options('/*', async (_request, reply) => reply.code(204).headers(PREFLIGHT).send())
  const { invites, boxTokens, audit, passOf, publicUrl, releases } = options
  await app.register(inviteRoutes, { invites, boxTokens, audit, passOf, publicUrl })
  const whoOf = (request: FastifyRequest) => passOf(request).who
  await app.register(appRoutes, {
    ...{ ...releases, whoOf, publicUrl },
    note: (event, request, details) =>
      audit.note({ event, who: whoOf(request), address: addressOf(request), ...details }),
  })
}
