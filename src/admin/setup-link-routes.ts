import type { FastifyInstance } from 'fastify'
import { type AdminPassword, IS_GIVEN } from '../access/admin-password.ts'
import type { Audit } from '../access/audit-log.ts'
import type { BoxTokens } from '../access/box-tokens.ts'
import { addressOf } from '../access/request-address.ts'
import { RequestError } from '../access/request-error.ts'
import type { SetupLink } from '../access/setup-link.ts'
import { type AnnouncedUrls, announcedBody, announcedSchema } from './address-routes.ts'

const MOST_BODY_BYTES = 4096
const text = { type: 'string' } as const
const schema = {
  ...{ tags: ['login'], operationId: 'makeSetupLink' },
  summary: 'Make a new one-time link to set the admin password',
  description: 'For programs on the machine of the box, which can sign with its key.',
  security: [],
  body: {
    type: 'object',
    required: ['proof'],
    additionalProperties: false,
    properties: { proof: { type: 'string', maxLength: 1000 } },
  },
  response: {
    201: {
      type: 'object',
      required: ['path', 'expires', 'addresses'],
      properties: {
        path: { type: 'string', description: 'below the address of the box' },
        expires: { ...text, description: 'ISO 8601, UTC' },
        addresses: announcedSchema,
      },
    },
  },
} as const

export interface SetupLinkRoutesOptions {
  readonly password: AdminPassword
  readonly setupLink: SetupLink
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  readonly announced: () => AnnouncedUrls
}

/** `/setup-link`: for who forgot the password. */
export async function setupLinkRoutes(app: FastifyInstance, options: SetupLinkRoutesOptions) {
  const { password, setupLink, boxTokens, audit, announced } = options
  app.post<{ Body: { proof: string } }>(
    '/setup-link',
    { schema, bodyLimit: MOST_BODY_BYTES },
    async (request, reply) => {
      if (!(await boxTokens.isReset(request.body.proof))) {
        throw new RequestError(403, 'that is not signed with the key of the box')
      }
      if (password.isGiven) throw new RequestError(409, IS_GIVEN)
      const { code, expiresAt } = setupLink.make()
      const address = addressOf(request)
      audit.note({ event: 'admin-link-made', who: 'the machine of the box', address })
      const expires = new Date(expiresAt).toISOString()
      const addresses = announcedBody(announced())
      return reply.code(201).send({ path: `admin/setup/${code}`, expires, addresses })
    },
  )
}
