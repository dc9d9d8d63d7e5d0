import type { Server } from 'node:http'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { withoutTokens } from '../protocol/token-path.ts'
import type { Tls } from '../tls/ports.ts'
import { addErrorPages, type ErrorPagesParts, errorWithPage } from './error-pages.ts'
import { addHsts, setSecurityHeaders } from './headers.ts'
import { rewriteTarget } from './request-target.ts'

/**
 * What is read of a JSON or text body, before its route is asked (bytes): an app's name, a list of ids. Uploads
 * are read by routes that keep none of it in memory.
 */
const MOST_BODY_BYTES = 65_536

/** What both halves of the box's HTTP side are put together from. */
export interface BaseParts {
  /** which passes requests to `routing`, once the app is ready */
  readonly server: Server
  readonly log: FastifyBaseLogger
  /** addresses, networks or names of networks whose `X-Forwarded-…` headers are believed */
  readonly trustedProxies: readonly string[]
  readonly tls: Tls
}

/**
 * @param isSecure whether a request came by https
 * @param errorPages what people see instead of JSON
 */
export function baseApp(
  { server, log, trustedProxies, tls }: BaseParts,
  isSecure: (request: FastifyRequest) => boolean,
  errorPages: ErrorPagesParts,
): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: [...trustedProxies],
    serverFactory: () => server,
    bodyLimit: MOST_BODY_BYTES,
    rewriteUrl: ({ url = '/' }) => rewriteTarget(url),
    frameworkErrors: errorWithPage(errorPages),
  })
  app.addHook('onRequest', setSecurityHeaders)
  addErrorPages(app, errorPages)
  addHsts(app, (request) => tls.isPublic() && isSecure(request))
  app.addHook('onResponse', async (request, reply) => {
    const { ip, method, originalUrl } = request
    const [path = ''] = originalUrl.split('?', 1)
    const durationMs = Math.round(reply.elapsedTime)
    request.log.debug(
      { ip, method, path: withoutTokens(path), status: reply.statusCode, durationMs },
      'request answered',
    )
  })
  return app
}
