import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type ApiToken,
  type ApiTokenOrder,
  type ApiTokens,
  TOKEN_ROLES,
} from '../access/api-tokens.ts'
import type { Audit } from '../access/audit-log.ts'
import type { BoxTokens } from '../access/box-tokens.ts'
import type { Pass } from '../access/pass.ts'
import { addressOf } from '../access/request-address.ts'
import { RequestError } from '../access/request-error.ts'

/** Ten years are as good as for ever. */
const MOST_HOURS = 87_600
const MOST_TOKENS = 1000
const text = { type: 'string' } as const
const timeOrNull = { type: ['string', 'null'], description: 'ISO 8601, UTC' } as const
const tags = ['tokens']
const tokenProperties = {
  id: text,
  name: text,
  role: { type: 'string', enum: TOKEN_ROLES },
  createdAt: { type: 'string', description: 'ISO 8601, UTC' },
  expiresAt: { ...timeOrNull, description: 'null: it does not run out' },
  lastUsedAt: { ...timeOrNull, description: 'to ten minutes; null: it was not used yet' },
} as const
const tokenSchema = {
  type: 'object',
  required: Object.keys(tokenProperties),
  properties: tokenProperties,
} as const
const listSchema = {
  ...{ tags, operationId: 'listTokens', summary: 'The API tokens that are good' },
  response: { 200: { type: 'array', items: tokenSchema } },
} as const
const makeSchema = {
  ...{ tags, operationId: 'makeToken', summary: 'Make an API token' },
  description: 'The token itself is in this answer and nowhere else: it is not kept.',
  body: {
    type: 'object',
    required: ['name', 'role'],
    additionalProperties: false,
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 100 },
      role: {
        type: 'string',
        enum: TOKEN_ROLES,
        description: 'monitor: may ask for everything and change nothing',
      },
      hours: {
        type: 'number',
        exclusiveMinimum: 0,
        maximum: MOST_HOURS,
        description: 'how long it is good; without it, until it is revoked',
      },
    },
  },
  response: {
    201: {
      type: 'object',
      required: ['token', ...tokenSchema.required],
      properties: { token: text, ...tokenProperties },
    },
  },
} as const
const revokeSchema = {
  ...{ tags, operationId: 'revokeToken', summary: 'End an API token' },
  params: {
    type: 'object',
    required: ['id'],
    properties: { id: text },
  },
  response: { 200: tokenSchema },
} as const

export interface TokenRoutesOptions {
  readonly apiTokens: ApiTokens
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  readonly passOf: (request: FastifyRequest) => Pass
}

/** `/tokens`: makes, lists and revokes tokens for programs. */
export async function tokenRoutes(app: FastifyInstance, options: TokenRoutesOptions) {
  const { apiTokens, boxTokens, audit, passOf } = options
  const note = (event: string, request: FastifyRequest, { id, name, role }: ApiToken) =>
    audit.note({
      ...{ event, who: passOf(request).who, address: addressOf(request) },
      ...{ token: id, role, name },
    })

  app.get('/tokens', { schema: listSchema }, async () => apiTokens.list())

  app.post<{ Body: ApiTokenOrder }>('/tokens', { schema: makeSchema }, async (request, reply) => {
    if (apiTokens.list().length >= MOST_TOKENS) {
      throw new RequestError(409, `there are ${MOST_TOKENS} tokens already: revoke some first`)
    }
    const made = await apiTokens.create(request.body)
    const { token } = await boxTokens.forApi(made)
    note('token-made', request, made)
    return reply.code(201).send({ token, ...made })
  })

  app.delete<{ Params: { id: string } }>(
    '/tokens/:id',
    { schema: revokeSchema },
    async (request) => {
      const { id } = request.params
      const token = await apiTokens.revoke(id)
      if (!token) {
        throw new RequestError(
          404,
          `there is no token ${id}: it has run out, or was revoked before`,
        )
      }
      note('token-revoked', request, token)
      return token
    },
  )
}
