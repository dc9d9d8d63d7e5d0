import type { FastifyInstance, FastifyRequest } from 'fastify'
import { splitTokenPath } from '../protocol/token-path.ts'
import { sendProblem } from './problem.ts'

/** What is served at the dashboard's origin, and people and programs ask for here. */
const MOVED = ['/admin', '/admin/*', '/metrics', '/sessions', '/users/:sessionId']
const MISDIRECTED = 421

export interface ToDashboardOptions {
  /** where the dashboard is for who asked; ends with a slash */
  readonly adminUrl: (request: FastifyRequest) => string
}

/** Leads to the dashboard from where apps are: nothing of it is served here. */
export async function toDashboardRoutes(app: FastifyInstance, { adminUrl }: ToDashboardOptions) {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
  })

  for (const url of MOVED) {
    app.get(url, (request, reply) => reply.redirect(adminUrl(request) + placeOf(request), 307))
  }

  // A program that brings its token with it is told where to, and not led there.
  for (const url of ['/api', '/api/*']) {
    app.all(url, (request, reply) =>
      sendProblem(reply, MISDIRECTED, `the API is at ${adminUrl(request)}api/v1/, not here`),
    )
  }
}

/** Without a slash before it; a token stays in it. */
function placeOf({ originalUrl, url }: FastifyRequest): string {
  const [path = ''] = originalUrl.split('?', 1)
  const { token } = splitTokenPath(path)
  return token === undefined ? url.slice(1) : `t/${token}${url}`
}
