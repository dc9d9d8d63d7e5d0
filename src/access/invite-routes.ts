import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Audit } from './audit-log.ts'
import type { BoxTokens } from './box-tokens.ts'
import type { Invite, InviteOrder, Invites } from './invites.ts'
import { type Pass, ROLES } from './pass.ts'
import { addressOf } from './request-address.ts'

/** Ten years are as good as for ever. */
const MOST_HOURS = 87_600
const text = { type: 'string' } as const
const textOrNull = { type: ['string', 'null'] } as const
const orderSchema = {
  type: 'object',
  required: ['hours'],
  properties: {
    role: { type: 'string', enum: ROLES, default: 'participant' },
    hours: { type: 'number', exclusiveMinimum: 0, maximum: MOST_HOURS },
    appId: { type: 'string', pattern: '^[A-Za-z][\\w.-]{2,127}$' },
    sessionId: { type: 'string', pattern: '^[\\w-]{43}$' },
    label: { type: 'string', maxLength: 100 },
  },
} as const
const inviteProperties = {
  id: text,
  role: text,
  appId: textOrNull,
  sessionId: textOrNull,
  label: text,
  createdAt: text,
  expiresAt: text,
} as const
const inviteSchema = {
  type: 'object',
  required: Object.keys(inviteProperties),
  properties: inviteProperties,
} as const
const madeSchema = {
  type: 'object',
  required: ['url', ...inviteSchema.required],
  properties: { url: text, ...inviteProperties },
} as const
const idSchema = { type: 'object', properties: { id: { type: 'string', maxLength: 100 } } } as const
const refusalSchema = {
  type: 'object',
  required: ['error', 'message'],
  properties: { error: text, message: text },
} as const

export interface InviteRoutesOptions {
  readonly invites: Invites
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  /** what the request was let in by */
  readonly passOf: (request: FastifyRequest) => Pass
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
}

/** `/invites`: makes, lists and revokes links. Whoever asks was found to be an admin at the door. */
export async function inviteRoutes(app: FastifyInstance, options: InviteRoutesOptions) {
  const { invites, boxTokens, audit, passOf, publicUrl } = options
  const note = (event: string, request: FastifyRequest, { id, role, label }: Invite) =>
    audit.note({
      ...{ event, who: passOf(request).who, address: addressOf(request) },
      ...{ invite: id, role, label },
    })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  app.get(
    '/invites',
    { schema: { response: { 200: { type: 'array', items: inviteSchema } } } },
    async () => invites.list(),
  )

  app.post<{ Body: InviteOrder }>(
    '/invites',
    { schema: { body: orderSchema, response: { 201: madeSchema, '4xx': refusalSchema } } },
    async (request, reply) => {
      const invite = await invites.create(request.body)
      const { token } = await boxTokens.forInvite(invite)
      note('invite-made', request, invite)
      return reply.code(201).send({ url: `${publicUrl(request)}/invite/${token}`, ...invite })
    },
  )

  app.delete<{ Params: { id: string } }>(
    '/invites/:id',
    { schema: { params: idSchema, response: { 200: inviteSchema, '4xx': refusalSchema } } },
    async (request, reply) => {
      const { id } = request.params
      const invite = await invites.revoke(id)
      if (!invite) {
        const message = `there is no invite ${id}: it has run out, or was revoked before`
        return reply.code(404).send({ error: 'Not Found', message })
      }
      note('invite-revoked', request, invite)
      return invite
    },
  )
}
