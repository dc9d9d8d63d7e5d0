import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type LoginRoutesOptions, loginRoutes } from '../access/login-routes.ts'
import { WATCHING_ROLES } from '../access/pass.ts'
import { isByPerson, rootFrom } from '../access/refusal-answer.ts'
import type { AppList } from '../apps/app-list.ts'
import { type HostingOptions, hostingRoutes, type MissingPage } from '../apps/hosting.ts'
import { leadIntoApp } from '../apps/lead-into-app.ts'
import { libraryRoutes } from '../apps/libraries.ts'
import { type WebRoutesOptions, webRoutes } from '../apps/static.ts'
import type { FileStore } from '../files/file-store.ts'
import { fileRoutes } from '../files/routes.ts'
import type { UploadLimits } from '../files/upload-limits.ts'
import type { PublicPorts } from '../trust/box-address.ts'
import type { HttpWay } from '../trust/http-way.ts'
import { HttpsRedirect } from '../trust/https-redirect.ts'
import { trustRoutes } from '../trust/routes.ts'
import { addressRoutes } from './addresses.ts'
import { enterPlace } from './admin-door-hook.ts'
import { type BaseParts, baseApp } from './base-app.ts'
import type { BoxPlaces } from './box-places.ts'
import { addDoor, type DoorHookParts } from './door-hook.ts'
import { appEntry } from './entries.ts'
import { type ErrorPagesParts, errorPage, listPageBy } from './error-pages.ts'
import { addErrorHandlers, type LeadElsewhere } from './errors.ts'
import { lendNames } from './lent-names.ts'
import { healthRoutes, type OperationSource } from './operation.ts'
import { addOwnOrigins, type OwnAppOf, ownAppBy } from './own-origins.ts'
import { placeFactsBy } from './place-facts.ts'
import { toDashboardRoutes } from './to-dashboard.ts'

/** Where requests for files are led to. */
const FILES = '/files/'
const FIRST_PAGE = 'The box’s first page, with all apps'
const NO_SUCH_PAGE = 'This Croquet box has no such app, or the app has no such page.'

/** What is served to everybody is put together from this. */
export interface AppParts extends BaseParts {
  /** whom to let in, and what others are told */
  readonly entrance: Omit<DoorHookParts, 'redirect' | 'isOfApp'>
  /** how people get in */
  readonly login: Omit<LoginRoutesOptions, 'pages' | 'logins' | 'isSecure' | 'enterUrl'>
  /** where the dashboard is, and the first page for who is at an app's own origin */
  readonly places: Pick<BoxPlaces, 'adminUrl' | 'firstPageUrl'>
  /** absolute path of the folder that is served at `/` */
  readonly webDir: string
  /** how commands are typed where the box runs */
  readonly commands: WebRoutesOptions['commands']
  /** hosted apps as visitors have them */
  readonly apps: Pick<HostingOptions, 'folders' | 'origins' | 'sessions' | 'onList'>
  /** has to be open before the app is ready */
  readonly files: FileStore
  readonly uploadLimits: UploadLimits
  /** told of each path below `/files/` that somebody asked for in vain */
  readonly onFileMissed: (path: string) => void
  readonly operation: Pick<OperationSource, 'missing'>
  /** URLs by which others on its networks reach the box, the likeliest first */
  readonly networkUrls: () => readonly string[]
  /** by the box's name on its networks */
  readonly namedUrl: () => string | undefined
  /** what is done with pages that are opened by http */
  readonly http: HttpWay
  /** by which people reach the box */
  readonly ports: PublicPorts
}

/**
 * The first page, apps, files and all that apps need: what anybody's code shares an origin with. It listens nowhere: that,
 * and closing app and server, is up to the caller.
 */
export function buildApp(parts: AppParts): FastifyInstance {
  const { entrance, login, tls, http, ports, places } = parts
  const { pages, publicUrl, logins } = entrance
  const isSecure = (request: FastifyRequest) => publicUrl(request).startsWith('https:')
  const { origins } = parts.apps
  const ownAppOf = ownAppBy({ origins, publicUrl })
  const errorPages = { pages, headers: pages.headers, waysOn: waysOnBy(parts, ownAppOf) }
  const app = baseApp(parts, isSecure, errorPages)
  const portsOf = portsBy(origins, ports)
  const redirect = new HttpsRedirect({ tls, http, ports: portsOf, publicUrl })
  const { cookieToken, passOf } = addDoor(app, {
    ...{ ...entrance, redirect },
    isOfApp: (...asked) => origins.isOfApp(...asked),
  })
  // Neither of those whom the door refused, nor of those whom it did not look at.
  app.addHook('onRequest', async ({ hostname, method, routeOptions }) => {
    if (appEntry(method, routeOptions.url) !== 'everybody') tls.noteHost(hostname)
  })
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 404 && request.url.startsWith(FILES)) {
      parts.onFileMissed(request.url.slice(FILES.length))
    }
  })
  addOwnOrigins(app, ownAppOf, { ...parts.apps, publicUrl, cookieToken })
  const leadElsewhere: LeadElsewhere = (request, reply) =>
    leadIntoApp(request, reply, { ...parts.apps, own: ownAppOf(request) })
  lendNames(app, leadElsewhere)
  addErrorHandlers(app, leadElsewhere)
  const adminUrl = (request: FastifyRequest) =>
    places.adminUrl(publicUrl(request), isByPerson(request))
  const enterUrl = (request: FastifyRequest, token: string) => adminUrl(request) + enterPlace(token)
  app.register(loginRoutes, { ...login, pages, logins, isSecure, enterUrl })
  app.register(toDashboardRoutes, { adminUrl })
  app.register(healthRoutes, { source: parts.operation })
  app.register(addressRoutes, parts)
  const list = Promise.withResolvers<Pick<AppList, 'get'>>()
  app.register(trustRoutes, {
    ...{ tls, ports: portsOf, publicUrl },
    factsOf: placeFactsBy(list.promise, ownAppOf),
  })
  const { files: store, uploadLimits: limits } = parts
  app.register(fileRoutes, { prefix: '/files', store, limits })
  app.register(libraryRoutes, { prefix: '/lib', listPage: listPageBy(pages) })
  app.register(hostingRoutes, {
    ...{ prefix: '/apps', webDir: parts.webDir, ...parts.apps },
    onList: (made) => {
      list.resolve(made)
      parts.apps.onList?.(made)
    },
    leadElsewhere,
    visitors: {
      accountOf: login.accountOf,
      watches: (request) => WATCHING_ROLES.includes(passOf(request).role),
    },
    isByPerson,
    missingPage: (request) => missingPage(request, errorPages),
  })
  app.register(webRoutes, { webDir: parts.webDir, commands: parts.commands })
  return app
}

/** The ports by which people reach what they ask for: an app's own port is the same by http and by https. */
function portsBy(origins: AppParts['apps']['origins'], ports: PublicPorts) {
  return (url: string): PublicPorts => {
    const own = origins.portOf(undefined, url)
    return own === undefined ? ports : { http: own, https: own }
  }
}

/** What people see where an app has nothing. */
function missingPage(request: FastifyRequest, parts: ErrorPagesParts): MissingPage {
  return { headers: parts.headers, html: errorPage(request, 404, NO_SUCH_PAGE, parts) }
}

/** At an app's own origin the first page of the box is at another address. */
function waysOnBy(
  { places, entrance, apps }: Pick<AppParts, 'places' | 'entrance' | 'apps'>,
  ownAppOf: OwnAppOf,
): ErrorPagesParts['waysOn'] {
  return (request) => {
    const root = rootFrom(request.originalUrl)
    const own = ownAppOf(request)
    if (own === undefined) return [{ name: FIRST_PAGE, url: root }]
    const publicUrl = entrance.publicUrl(request)
    const isOwnHost = apps.origins.portOf(request.socket.localPort, publicUrl) === undefined
    const url = places.firstPageUrl(publicUrl, isOwnHost)
    const ofBox = url === undefined ? undefined : { name: FIRST_PAGE, url }
    if (own === '') return [ofBox ?? { name: 'Load this page again', url: '' }]
    return [{ name: 'The app’s first page', url: `${root}apps/${encodeURIComponent(own)}/` }, ofBox]
  }
}
