import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppFolders } from './app-folders.ts'
import { type AskedHosts, type HostReport, OUTCOMES } from './asked-hosts.ts'

const MOST_REPORT_BYTES = 8192
const MOST_HOSTS_TOLD = 30
/** A host as browsers write it, with or without a port: nothing else of an address is taken. */
const HOST = String.raw`^(?:[a-z0-9_.\-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$`

const paramsSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' } },
} as const
const reportSchema = {
  type: 'object',
  required: ['hosts'],
  properties: {
    hosts: {
      type: 'array',
      maxItems: MOST_HOSTS_TOLD,
      items: {
        type: 'object',
        required: ['host', 'outcome'],
        properties: {
          host: { type: 'string', pattern: HOST, maxLength: 260 },
          outcome: { type: 'string', enum: OUTCOMES },
        },
      },
    },
  },
} as const

export interface PageRoutesOptions {
  readonly folders: Pick<AppFolders, 'find' | 'has'>
  readonly asked: AskedHosts
  /** by what a client's address is counted: the address, or its network */
  readonly accountOf: (address: string) => string
  /** whether whoever asks may only watch */
  readonly watches: (request: FastifyRequest) => boolean
}

type AppRequest = { Params: { name: string } }

/**
 * What the box's own script in pages of an app asks and tells, below `/apps/<name>/.box/`: no app has a file there, since
 * files whose names begin with a dot are not served.
 */
export async function pageRoutes(app: FastifyInstance, options: PageRoutesOptions) {
  const { folders, asked, accountOf, watches } = options
  app.get<AppRequest>(
    '/:name/.box/visitor',
    { schema: { params: paramsSchema } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return { watches: watches(request) }
    },
  )
  app.post<AppRequest & { Body: { hosts: readonly HostReport[] } }>(
    '/:name/.box/asked',
    { bodyLimit: MOST_REPORT_BYTES, schema: { params: paramsSchema, body: reportSchema } },
    async ({ params: { name }, body, ip }, reply) => {
      const folder = folders.find(name)
      if (!folder || !(await folders.has(name))) return reply.callNotFound()
      const isTaken = asked.note(folder, accountOf(ip), body.hosts)
      return reply.code(isTaken ? 204 : 429).send()
    },
  )
}
