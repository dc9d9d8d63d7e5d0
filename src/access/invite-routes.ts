import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Audit } from './audit-log.ts'
import type { BoxTokens } from './box-tokens.ts'
import type { Invite, InviteOrder, Invites } from './invites.ts'
import { type Pass, ROLES } from './pass.ts'
import { addressOf } from './request-address.ts'
import { RequestError } from './request-error.ts'

/** Ten years are as good as for ever. */
const MOST_HOURS = 87_600
const text = { type: 'string' } as const
const textOrNull = { type: ['string', 'null'] } as const
const orderSchema = {
  type: 'object',
  required: ['hours'],
  additionalProperties: false,
  properties: {
    role: { type: 'string', enum: ROLES, default: 'participant' },
    hours: { type: 'number', exclusiveMinimum: 0, maximum: MOST_HOURS },
    appId: { type: 'string', pattern: '^[A-Za-z][\\w.-]{2,127}$' },
    persistentId: { type: 'string', pattern: '^[\\w-]{43}$' },
    sessionId: { type: 'string', pattern: '^[\\w-]{43}$' },
    label: { type: 'string', maxLength: 100 },
  },
} as const
const inviteProperties = {
  id: text,
  role: text,
  appId: textOrNull,
  persistentId: textOrNull,
  sessionId: textOrNull,
  label: text,
  createdAt: text,
  expiresAt: text,
} as const
const inviteSchema = {
  type: 'object',
  // Links of earlier versions have no persistentId.
  required: Object.keys(inviteProperties).filter((name) => name !== 'persistentId'),
  properties: inviteProperties,
} as const
const madeSchema = {
  type: 'object',
  required: ['url', ...inviteSchema.required],
  properties: { url: text, ...inviteProperties },
} as const
const tags = ['invites']
const listRoute = {
  ...{ tags, operationId: 'listInvites', summary: 'The links that are good' },
  response: { 200: { type: 'array', items: inviteSchema } },
} as const
const makeRoute = {
  ...{ tags, operationId: 'makeInvite', summary: 'Make a link that lets people in' },
  body: orderSchema,
  response: { 201: madeSchema },
} as const
const revokeRoute = {
  ...{ tags, operationId: 'revokeInvite', summary: 'End a link; whoever came in by it is out' },
  params: {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string', maxLength: 100 } },
  },
  response: { 200: inviteSchema },
} as const

export interface InviteRoutesOptions {
  readonly invites: Invites
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  /** what the request was let in by */
  readonly passOf: (request: FastifyRequest) => Pass
  /** where apps are for who asks; ends with a slash */
  readonly appUrl: (request: FastifyRequest) => string
}

/** `/invites`: makes, lists and revokes links. Whoever asks was found to be an admin at the door. */
export async function inviteRoutes(app: FastifyInstance, options: InviteRoutesOptions) {
  const { invites, boxTokens, audit, passOf, appUrl } = options
  const note = (event: string, request: FastifyRequest, { id, role, label }: Invite) =>
    audit.note({
      ...{ event, who: passOf(request).who, address: addressOf(request) },
      ...{ invite: id, role, label },
    })

  app.get('/invites', { schema: listRoute }, async () => invites.list())

  app.post<{ Body: InviteOrder }>('/invites', { schema: makeRoute }, async (request, reply) => {
    const { appId, persistentId } = request.body
    if (persistentId !== undefined && appId === undefined) {
      throw new RequestError(400, 'persistentId is for one app: say which, as appId')
    }
    const invite = await invites.create(request.body)
    const { token } = await boxTokens.forInvite(invite)
    note('invite-made', request, invite)
    return reply.code(201).send({ url: `${appUrl(request)}invite/${token}`, ...invite })
  })

  app.delete<{ Params: { id: string } }>(
    '/invites/:id',
    { schema: revokeRoute },
    async (request) => {
      const { id } = request.params
      const invite = await invites.revoke(id)
      if (!invite) {
        throw new RequestError(
          404,
          `there is no invite ${id}: it has run out, or was revoked before`,
        )
      }
      note('invite-revoked', request, invite)
      return invite
    },
  )
}
