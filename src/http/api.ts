import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type InviteRoutesOptions, inviteRoutes } from '../access/invite-routes.ts'
import { addressOf } from '../access/request-address.ts'
import { type AccountRoutesOptions, accountRoutes } from '../admin/account-routes.ts'
import { type AddressRoutesOptions, announcedRoutes } from '../admin/address-routes.ts'
import type { Dashboard } from '../admin/dashboard.ts'
import { type SetupLinkRoutesOptions, setupLinkRoutes } from '../admin/setup-link-routes.ts'
import { type TokenRoutesOptions, tokenRoutes } from '../admin/token-routes.ts'
import { type AppRoutesOptions, appRoutes } from '../apps/releases/routes.ts'
import { type ShownAppsOptions, shownAppsRoutes } from '../apps/shown-apps.ts'
import { setCompilers } from './api-compilers.ts'
import { type ApiDocumentOptions, addApiDocument } from './api-document.ts'

/** What the interface for programs is put together from. */
export type ApiParts = InviteRoutesOptions &
  AddressRoutesOptions &
  AccountRoutesOptions &
  SetupLinkRoutesOptions &
  ShownAppsOptions &
  TokenRoutesOptions &
  ApiDocumentOptions & {
    readonly releases: Pick<AppRoutesOptions, 'store' | 'limits' | 'room' | 'origins'>
    readonly dashboard: Pick<Dashboard, 'routes'>
  }

/** The interface for programs that run the box; at the door it is for those who may. */
export async function apiRoutes(app: FastifyInstance, { parts }: { readonly parts: ApiParts }) {
  setCompilers(app)
  // Forms of any page can send that.
  app.removeContentTypeParser('text/plain')
  await addApiDocument(app, parts)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  await app.register(inviteRoutes, parts)
  await app.register(accountRoutes, parts)
  await app.register(announcedRoutes, parts)
  await app.register(setupLinkRoutes, parts)
  await app.register(tokenRoutes, parts)
  const { audit, passOf, appUrl, releases, dashboard } = parts
  const whoOf = (request: FastifyRequest) => passOf(request).who
  const note = (event: string, request: FastifyRequest, details: object) =>
    audit.note({ event, who: whoOf(request), address: addressOf(request), ...details })
  await app.register(appRoutes, { ...releases, whoOf, appUrl, note })
  await app.register(shownAppsRoutes, parts)
  await app.register((scope) =>
    dashboard.routes(scope, {
      note: (request, event, details) => note(event, request, details),
      passOf,
    }),
  )
}
