import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BoxTokens } from '../access/box-tokens.ts'
import { rootFrom } from '../access/refusal-answer.ts'
import { type LoginPagesOptions, loginPages } from '../admin/login-pages.ts'
import { pageRoutes } from '../admin/page-routes.ts'
import { libraryRoutes } from '../apps/libraries.ts'
import { addressRoutes } from './addresses.ts'
import { type AdminDoorParts, addAdminDoor } from './admin-door-hook.ts'
import { type ApiParts, apiRoutes } from './api.ts'
import { type BaseParts, baseApp } from './base-app.ts'
import { listPageBy, type WayOn } from './error-pages.ts'
import { addErrorHandlers } from './errors.ts'
import { healthRoutes, monitorRoutes, type OperationSource } from './operation.ts'

/** Of every answer of this origin; pages say themselves what they need. */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
}

/** Which addresses lead to the box. */
interface BoxAddresses {
  announced(): ReturnType<ApiParts['announced']>
  /** for other devices; no slash at the end */
  urlsForPhones(): readonly string[]
  /** by the box's name on its networks; no slash at the end */
  urlByName(): string | undefined
  /** by which host others open the box, as an admin said */
  readonly said: string | undefined
  checkSaid(text: string): Promise<string>
  keepSaid(host: string | undefined): Promise<void>
  /** told by which address an admin logged in */
  noteLogin(publicUrl: string): void
}

/** What the dashboard's origin is put together from. */
export interface AdminAppParts extends BaseParts {
  readonly entrance: Omit<AdminDoorParts, 'places'>
  readonly places: AdminDoorParts['places']
  readonly boxTokens: BoxTokens
  /** for those who run the box */
  readonly admin: Omit<
    ApiParts & LoginPagesOptions,
    | 'announced'
    | 'boxTokens'
    | 'isLost'
    | 'noteLogin'
    | 'passOf'
    | 'pages'
    | 'publicUrl'
    | 'appUrl'
    | 'dashboard'
    | 'releases'
    | 'said'
    | 'shownApps'
  >
  /** what goes on in the box, and what can be done about it */
  readonly dashboard: ApiParts['dashboard']
  /** how apps get here; the store is open */
  readonly releases: ApiParts['releases']
  /** the apps as visitors see them */
  readonly shownApps: ApiParts['shownApps']
  readonly operation: OperationSource
  /** addresses that lead to the box */
  readonly addresses: BoxAddresses
}

/**
 * The dashboard, its API, and what else is for those who run the box, at an origin that no app shares. It listens nowhere:
 * that, and closing app and server, is up to the caller.
 */
export function buildAdminApp(parts: AdminAppParts): FastifyInstance {
  const { entrance, places, tls, admin, boxTokens, operation } = parts
  const { pages, publicUrl } = entrance
  const errorPages = { pages, headers: pages.adminHeaders, waysOn }
  const app = baseApp(parts, (request) => publicUrl(request).startsWith('https:'), errorPages)
  app.addHook('onRequest', setHeaders)
  const passOf = addAdminDoor(app, { ...entrance, places })
  // Not of those whom the door refused.
  app.addHook('onRequest', async ({ hostname }) => tls.noteHost(hostname))
  addErrorHandlers(app)
  const appUrl = (request: FastifyRequest) => places.appUrl(publicUrl(request))
  const { dashboard, releases, shownApps, addresses } = parts
  app.register(apiRoutes, {
    prefix: '/api/v1',
    parts: {
      ...{ ...admin, boxTokens, passOf, publicUrl, appUrl, dashboard, releases, shownApps },
      announced: () => addresses.announced(),
      said: {
        current: () => addresses.said,
        check: (text) => addresses.checkSaid(text),
        keep: (host) => addresses.keepSaid(host),
      },
      noteLogin: (request) => addresses.noteLogin(publicUrl(request)),
    },
  })
  const isLost = () => addresses.announced().lonely === 'unknown'
  app.register(loginPages, { prefix: '/admin', setupLink: admin.setupLink, pages, isLost })
  app.register(libraryRoutes, { prefix: '/admin/lib', listPage: listPageBy(pages) })
  app.register(pageRoutes, { prefix: '/admin', appUrl })
  app.register(healthRoutes, { source: operation })
  app.register(monitorRoutes, { source: operation })
  app.register(addressRoutes, {
    networkUrls: () => addresses.urlsForPhones(),
    namedUrl: () => addresses.urlByName(),
  })
  app.get('/', (_request, reply) => reply.redirect('admin/'))
  return app
}

function waysOn({ originalUrl }: FastifyRequest): readonly [WayOn, WayOn] {
  const url = `${rootFrom(originalUrl)}admin/`
  return [
    { name: 'The dashboard', url },
    { name: 'Log in', url: `${url}login` },
  ]
}

async function setHeaders(_request: FastifyRequest, reply: FastifyReply) {
  reply.headers(HEADERS)
}
