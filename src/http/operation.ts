import type { FastifyInstance } from 'fastify'

/** One line of `/sessions`. */
export interface SessionOverview {
  readonly id: string
  /** connections in the session */
  readonly clients: number
  /** the app's id, or the session's name if it gave none */
  readonly app: string
  /** the page that opened the session */
  readonly url: string
}

/** What the box tells of itself. */
export interface OperationSource {
  /** What the box still waits for before it can serve, in words; empty: it is ready. */
  missing(): readonly string[]
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>
  sessions(): Iterable<SessionOverview>
  /** Users as their clients gave them; empty for a session that is not running. */
  users(sessionId: string): readonly unknown[]
}

const text = { type: 'string' } as const
const readiness = {
  type: 'object',
  required: ['ready', 'missing'],
  properties: { ready: { type: 'boolean' }, missing: { type: 'array', items: text } },
} as const
const sessionParams = {
  type: 'object',
  required: ['sessionId'],
  properties: { sessionId: { type: 'string', maxLength: 100 } },
} as const

/** Whether the box runs, and can serve. */
export async function healthRoutes(
  app: FastifyInstance,
  { source }: { readonly source: Pick<OperationSource, 'missing'> },
) {
  keepNothing(app)

  app.get('/healthz', { schema: { response: { 200: text } } }, async () => 'ok')

  app.get(
    '/readyz',
    { schema: { response: { '2xx': readiness, '5xx': readiness } } },
    (_, reply) => {
      const missing = source.missing()
      const ready = missing.length === 0
      return reply.code(ready ? 200 : 503).send({ ready, missing })
    },
  )
}

/** For those who run the box: metrics, sessions and their users. */
export async function monitorRoutes(
  app: FastifyInstance,
  { source }: { readonly source: OperationSource },
) {
  keepNothing(app)

  app.get('/metrics', { schema: { response: { 200: text } } }, async (_request, reply) => {
    const { contentType, body } = await source.metrics()
    return reply.type(contentType).send(body)
  })

  app.get('/sessions', { schema: { response: { 200: text } } }, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send([...source.sessions()].map(sessionLine).join('')),
  )

  app.get<{ Params: { sessionId: string } }>(
    '/users/:sessionId',
    { schema: { params: sessionParams, response: { 200: { type: 'array', items: {} } } } },
    async (request) => source.users(request.params.sessionId),
  )
}

function keepNothing(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
}

/** A line stays a line, and a column a column, whatever a client calls its session. */
function sessionLine({ id, clients, app, url }: SessionOverview): string {
  return `${[id, clients, app, url].map((column) => String(column).replace(/\s+/g, '_')).join(' ')}\n`
}
