import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isByPerson } from '../access/refusal-answer.ts'
import type { AppFolders } from '../apps/app-folders.ts'
import type { AppOrigins } from '../apps/origins/app-origins.ts'
import { RETIRED_WORKER } from '../apps/origins/retired-worker.ts'
import { CROQUET_WITH_DEFAULT, SHOW_NOTICES, USE_THIS_BOX, WATCH_PAGE } from '../apps/own-paths.ts'
import { splitTokenPath } from '../protocol/token-path.ts'

/** Routes that an app's own origin has besides the app. */
const COMMON_ROUTES: ReadonlySet<string> = new Set([
  ...['/healthz', '/readyz', '/enter', '/invite/*'],
  ...[USE_THIS_BOX, SHOW_NOTICES, WATCH_PAGE, CROQUET_WITH_DEFAULT],
])
/** Likewise, with all below them. */
const COMMON_FOLDERS = /^\/(?:lib|files|trust)(?:\/|$)/
const APP_ROUTES: readonly string[] = ['/apps/:name', '/apps/:name/*']
/** What the box's script in pages of an app asks and tells. */
const PAGE_ROUTES: readonly string[] = ['/apps/:name/.box/visitor', '/apps/:name/.box/asked']

export interface OwnOriginsParts {
  readonly origins: AppOrigins
  readonly folders: Pick<AppFolders, 'has'>
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
  /** of the cookie by which the door let a browser in; undefined: it did not by a cookie */
  readonly cookieToken: (request: FastifyRequest) => string | undefined
}

/** The app at whose own origin a request came; "" if no app has that origin; undefined: it is the one that apps share. */
export type OwnAppOf = (request: FastifyRequest) => string | undefined

/** Tells each app's own origin from the one that apps share. */
export function ownAppBy({
  origins,
  publicUrl,
}: Pick<OwnOriginsParts, 'origins' | 'publicUrl'>): OwnAppOf {
  if (!origins.areWanted) return () => undefined
  return (request) => origins.appAt(request.socket.localPort, publicUrl(request))
}

/**
 * Keeps an app's own origin free of all but that app and what apps need (APPS1), and redirects to it from where apps
 * would share one (APPS2).
 */
export function addOwnOrigins(
  app: FastifyInstance,
  ownAppOf: OwnAppOf,
  parts: OwnOriginsParts,
): void {
  if (!parts.origins.areWanted) return
  app.addHook('onRequest', async (request, reply) => {
    const own = ownAppOf(request)
    if (own === undefined) {
      await redirectToOwn(request, reply, parts)
      return
    }
    // Pages of other ports of this host cannot say that they are of the same origin, not even if both want it.
    reply.header('origin-agent-cluster', '?1')
    if (request.routeOptions.url === undefined || isServedAt(own, request)) return
    if (isFirstPage(request) && own !== '') sendToApp(request, reply, own)
    else reply.callNotFound()
  })
}

async function redirectToOwn(
  request: FastifyRequest,
  reply: FastifyReply,
  { origins, folders, publicUrl, cookieToken }: OwnOriginsParts,
): Promise<void> {
  const { headers, method, originalUrl, routeOptions, url } = request
  if (!APP_ROUTES.includes(routeOptions.url ?? '')) return
  const name = nameIn(request)
  const ownUrl = origins.urlOf(name, publicUrl(request))
  if (ownUrl === undefined || !(await folders.has(name))) return
  reply.headers({ 'cache-control': 'no-store', vary: 'sec-fetch-dest, service-worker' })
  if (headers['service-worker'] === 'script') {
    reply.type('text/javascript; charset=utf-8').send(RETIRED_WORKER)
    return
  }
  // Icons in lists: nothing of a picture runs, and it is there where a browser has not been let in yet.
  if (headers['sec-fetch-dest'] === 'image') return
  const [path = ''] = originalUrl.split('?', 1)
  const inPath = splitTokenPath(path).token
  // A host of its own gets no cookie of this one. The door there takes the token out of the address at once.
  const token =
    inPath ?? (method === 'GET' && isByPerson(request) ? cookieToken(request) : undefined)
  const isOtherHost = new URL(ownUrl).hostname !== new URL(publicUrl(request)).hostname
  const before = token !== undefined && (isOtherHost || inPath !== undefined) ? `t/${token}/` : ''
  reply.redirect(`${ownUrl}${before}${url.slice(1)}`, 307)
}

function isServedAt(own: string, request: FastifyRequest): boolean {
  const { url = '' } = request.routeOptions
  if (COMMON_ROUTES.has(url) || COMMON_FOLDERS.test(url)) return true
  return [...APP_ROUTES, ...PAGE_ROUTES].includes(url) && own !== '' && nameIn(request) === own
}

function isFirstPage({ url }: FastifyRequest): boolean {
  return /^\/(?:index\.html)?(?:\?|$)/.test(url)
}

/** Relative, so that it stays at this origin. */
function sendToApp({ url }: FastifyRequest, reply: FastifyReply, own: string): void {
  const [path = ''] = url.split('?', 1)
  reply.header('cache-control', 'no-store')
  reply.redirect(`apps/${encodeURIComponent(own)}/${url.slice(path.length)}`, 307)
}

function nameIn({ params }: FastifyRequest): string {
  return (params as { readonly name?: string }).name ?? ''
}
