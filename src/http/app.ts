import type { Server } from 'node:http'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { BoxTokens } from '../access/box-tokens.ts'
import type { DoorPages } from '../access/door-pages.ts'
import { type LoginRoutesOptions, loginRoutes } from '../access/login-routes.ts'
import { rootFrom } from '../access/refusal-answer.ts'
import { type LoginPagesOptions, loginPages } from '../admin/login-pages.ts'
import { pageRoutes } from '../admin/page-routes.ts'
import { type HostingOptions, hostingRoutes, type MissingPage } from '../apps/hosting.ts'
import { leadIntoApp } from '../apps/lead-into-app.ts'
import { libraryRoutes } from '../apps/libraries.ts'
import type { AppRoutesOptions } from '../apps/releases/routes.ts'
import { webRoutes } from '../apps/static.ts'
import type { FileStore } from '../files/file-store.ts'
import { fileRoutes } from '../files/routes.ts'
import type { UploadLimits } from '../files/upload-limits.ts'
import { withoutTokens } from '../protocol/token-path.ts'
import type { Tls } from '../tls/ports.ts'
import type { PublicPorts } from '../trust/box-address.ts'
import type { HttpWay } from '../trust/http-way.ts'
import { HttpsRedirect } from '../trust/https-redirect.ts'
import { trustRoutes } from '../trust/routes.ts'
import { addressRoutes } from './addresses.ts'
import { type ApiParts, apiRoutes } from './api.ts'
import { addDoor, type DoorHookParts, type PassOf } from './door-hook.ts'
import { entryOf } from './entries.ts'
import { addErrorHandlers, sendError } from './errors.ts'
import { addHsts, setSecurityHeaders } from './headers.ts'
import { type OperationSource, operationRoutes } from './operation.ts'
import { rewriteTarget } from './request-target.ts'

/** Where requests for files are led to. */
const FILES = '/files/'
interface Common {
  readonly boxTokens: BoxTokens
  readonly passOf: PassOf
  readonly isSecure: (request: FastifyRequest) => boolean
}

/** What the HTTP side of the box is put together from. */
export interface AppParts {
  /** which passes requests to `routing`, once the app is ready */
  readonly server: Server
  readonly log: FastifyBaseLogger
  /** whom to let in, and what others are told */
  readonly entrance: Omit<DoorHookParts, 'redirect'>
  /** how people get in */
  readonly login: Omit<LoginRoutesOptions, 'pages' | 'logins' | 'isSecure'>
  /** for those who run the box */
  readonly admin: Omit<
    ApiParts & LoginPagesOptions,
    keyof Common | 'pages' | 'publicUrl' | 'dashboard' | 'releases'
  >
  /** addresses, networks or names of networks whose `X-Forwarded-…` headers are believed */
  readonly trustedProxies: readonly string[]
  /** absolute path of the folder that is served at `/` */
  readonly webDir: string
  /** hosted apps as visitors have them */
  readonly apps: Pick<HostingOptions, 'folders' | 'sessions'>
  /** has to be open before the app is ready */
  readonly files: FileStore
  readonly uploadLimits: UploadLimits
  /** how apps get here; the store is open */
  readonly releases: Pick<AppRoutesOptions, 'store' | 'limits' | 'room'>
  /** what goes on in the box, and what can be done about it */
  readonly dashboard: ApiParts['dashboard']
  /** told of each path below `/files/` that somebody asked for in vain */
  readonly onFileMissed: (path: string) => void
  readonly operation: OperationSource
  /** URLs by which others on its networks reach the box, the likeliest first */
  readonly networkUrls: () => readonly string[]
  readonly tls: Tls
  /** what is done with pages that are opened by http */
  readonly http: HttpWay
  /** by which people reach the box */
  readonly ports: PublicPorts
}

/**
 * What is read of a JSON or text body, before its route is asked (bytes): an app's name, a list of ids. Uploads are
 * read by routes that keep none of it in memory.
 */
const MOST_BODY_BYTES = 65_536

/** The box's HTTP side. It listens nowhere: that, and closing app and server, is up to the caller. */
export function buildApp(parts: AppParts): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: [...parts.trustedProxies],
    serverFactory: () => parts.server,
    bodyLimit: MOST_BODY_BYTES,
    rewriteUrl: ({ url = '/' }) => rewriteTarget(url),
    frameworkErrors: sendError,
  })
  app.addHook('onRequest', setSecurityHeaders)
  const { entrance, tls, http, ports } = parts
  const { pages, publicUrl } = entrance
  const isSecure = (request: FastifyRequest) => publicUrl(request).startsWith('https:')
  addHsts(app, (request) => tls.isPublic() && isSecure(request))
  const redirect = new HttpsRedirect({ tls, http, ports, publicUrl })
  const passOf = addDoor(app, { ...entrance, redirect })
  // Neither of those whom the door refused, nor of those whom it did not look at.
  app.addHook('onRequest', async ({ hostname, method, routeOptions }) => {
    if (entryOf(method, routeOptions.url) !== 'everybody') tls.noteHost(hostname)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { ip, method, originalUrl } = request
    const [path = ''] = originalUrl.split('?', 1)
    const durationMs = Math.round(reply.elapsedTime)
    request.log.debug(
      { ip, method, path: withoutTokens(path), status: reply.statusCode, durationMs },
      'request answered',
    )
  })
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 404 && request.url.startsWith(FILES)) {
      parts.onFileMissed(request.url.slice(FILES.length))
    }
  })
  addErrorHandlers(app, (request, reply) => leadIntoApp(request, reply, parts.apps.folders))
  addLogins(app, parts, { passOf, isSecure })
  app.register(operationRoutes, { source: parts.operation })
  app.register(addressRoutes, { networkUrls: parts.networkUrls })
  app.register(trustRoutes, { tls, ports, publicUrl })
  app.register(fileRoutes, {
    prefix: '/files',
    store: parts.files,
    limits: parts.uploadLimits,
  })
  app.register(libraryRoutes, { prefix: '/lib' })
  app.register(hostingRoutes, {
    ...{ prefix: '/apps', webDir: parts.webDir, ...parts.apps },
    missingPage: ({ originalUrl }) => missingPage(originalUrl, pages),
  })
  app.register(webRoutes, { webDir: parts.webDir })
  return app
}

/** How people and programs get in, and what those have who run the box. */
function addLogins(
  app: FastifyInstance,
  parts: AppParts,
  { passOf, isSecure }: Pick<Common, 'passOf' | 'isSecure'>,
): void {
  const { pages, logins, publicUrl, pageKeys } = parts.entrance
  const { admin, dashboard, login, releases } = parts
  app.register(loginRoutes, { ...login, pages, logins, isSecure })
  const common: Common = { boxTokens: login.tokens.ofBox, passOf, isSecure }
  app.register(apiRoutes, {
    prefix: '/api/v1',
    parts: { ...admin, ...common, publicUrl, dashboard, releases },
  })
  app.register(loginPages, { prefix: '/admin', ...admin, ...common, pages })
  app.register(libraryRoutes, { prefix: '/admin/lib' })
  app.register(pageRoutes, { prefix: '/admin', pageKeys })
}

/** What people see where an app has nothing. */
function missingPage(target: string, pages: DoorPages): MissingPage {
  return { headers: pages.headers, html: pages.render('missing', { root: rootFrom(target) }) }
}
