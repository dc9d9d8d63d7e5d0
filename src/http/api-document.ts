import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { PROBLEM_RESPONSES, PROBLEM_SCHEMA } from './problem.ts'

const schema = {
  ...{ tags: ['document'], operationId: 'describe', summary: 'This document' },
  response: { 200: { type: 'object', additionalProperties: true } },
} as const
const SECURITY_SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API token, or a token that `logIn` gave',
  },
} as const

export interface ApiDocumentOptions {
  readonly version: string
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
}

/** Has the routes that are added from now on described, and says so at `/openapi.json` (ADMIN10). */
export async function addApiDocument(app: FastifyInstance, options: ApiDocumentOptions) {
  app.addSchema(PROBLEM_SCHEMA)
  app.addHook('onRoute', addProblems)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Croquet-in-a-Box',
        description: 'What programs can do that run a box.',
        version: options.version,
      },
      components: { securitySchemes: SECURITY_SCHEMES },
      security: [{ token: [] }],
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => String($id ?? `def-${i}`),
    },
  })
  app.get('/openapi.json', { schema }, async (request) => ({
    ...app.swagger(),
    servers: [{ url: options.publicUrl(request) }],
  }))
}

function addProblems(route: RouteOptions): void {
  const response = route.schema?.response
  if (route.schema) {
    route.schema = { ...route.schema, response: { ...(response as object), ...PROBLEM_RESPONSES } }
  }
}
