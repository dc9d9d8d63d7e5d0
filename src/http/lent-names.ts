import type { FastifyInstance } from 'fastify'
import { parseRequestTarget } from '../files/file-path.ts'
import type { LeadElsewhere } from './errors.ts'

/** Routes that are answered where the box has nothing of its own at this port, or nothing of that name. */
const LENT_ROUTES: ReadonlySet<string> = new Set([
  ...['/lib/*', '/api', '/api/*', '/admin', '/admin/*'],
  ...['/metrics', '/sessions', '/users/:sessionId'],
])
const FILES_ROUTE = '/files/*'

/**
 * Leaves names that the box uses itself (`/lib/…`, `/files/…`) to an app that was built for the root of a site, asks for
 * one of its own files there, and is not asking for what the box has.
 */
export function lendNames(app: FastifyInstance, leadElsewhere: LeadElsewhere): void {
  app.addHook('onRequest', async (request, reply) => {
    const { routeOptions, url } = request
    const route = routeOptions.url ?? ''
    const isLent = LENT_ROUTES.has(route) || (route === FILES_ROUTE && !parseRequestTarget(url))
    if (isLent && (await leadElsewhere(request, reply))) return reply
  })
}
