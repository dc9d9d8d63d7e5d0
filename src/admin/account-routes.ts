import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AdminPassword, IS_GIVEN } from '../access/admin-password.ts'
import type { AdminSessions } from '../access/admin-sessions.ts'
import type { Audit } from '../access/audit-log.ts'
import type { BoxTokens } from '../access/box-tokens.ts'
import { noCookie } from '../access/cookies.ts'
import { type Credential, credentialsOf, isCookie } from '../access/credential.ts'
import type { Pass } from '../access/pass.ts'
import { faultOfPassword } from '../access/password-rule.ts'
import { addressOf } from '../access/request-address.ts'
import { RequestError } from '../access/request-error.ts'
import { type PasswordLogins, WHO } from './password-logins.ts'

const MOST_BODY_BYTES = 4096
const MOST_PASSWORD_LENGTH = 1000
const text = { type: 'string' } as const
const time = { type: 'string', description: 'ISO 8601, UTC' } as const
const passwordSchema = { type: 'string', minLength: 1, maxLength: MOST_PASSWORD_LENGTH } as const
const tags = ['login']
const nothing = { type: 'null', description: 'Done.' } as const

export const loginSchema = {
  ...{ tags, operationId: 'logIn', summary: 'Get a token for the admin password' },
  description: 'For scripts. The token is good for an hour, or until you log out by it.',
  security: [],
  body: {
    type: 'object',
    required: ['password'],
    additionalProperties: false,
    properties: { password: passwordSchema },
  },
  response: {
    200: {
      type: 'object',
      required: ['token', 'expires'],
      properties: { token: text, expires: time },
    },
  },
} as const

const logoutSchema = {
  ...{ tags, operationId: 'logOut', summary: 'End this login, or all of them' },
  body: {
    type: ['object', 'null'],
    additionalProperties: false,
    properties: { everywhere: { type: 'boolean', default: false } },
  },
  response: { 204: nothing },
} as const

const meSchema = {
  ...{ tags, operationId: 'whoAmI', summary: 'Who you are here, and what you may do' },
  response: {
    200: {
      type: 'object',
      required: ['who', 'role', 'expires', 'canChangePassword'],
      properties: {
        who: text,
        role: { type: 'string', enum: ['monitor', 'admin'] },
        expires: { type: ['string', 'null'], description: time.description },
        canChangePassword: {
          type: 'boolean',
          description: 'false if the settings of the box have it, and for whoever is no admin',
        },
      },
    },
  },
} as const

const changeSchema = {
  ...{ tags, operationId: 'changePassword', summary: 'Change the admin password' },
  description: 'Ends all logins by password, this one as well. API tokens and links stay good.',
  body: {
    type: 'object',
    required: ['current', 'password'],
    additionalProperties: false,
    properties: { current: passwordSchema, password: passwordSchema },
  },
  response: { 204: nothing },
} as const

export interface AccountRoutesOptions {
  readonly password: AdminPassword
  readonly sessions: AdminSessions
  readonly logins: PasswordLogins
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  readonly passOf: (request: FastifyRequest) => Pass
  readonly isSecure: (request: FastifyRequest) => boolean
}

/** Logging in and out by the admin password, and another password. */
export async function accountRoutes(app: FastifyInstance, options: AccountRoutesOptions) {
  const { password, sessions, logins, boxTokens, audit, passOf, isSecure } = options
  const note = (event: string, request: FastifyRequest) =>
    audit.note({ event, who: passOf(request).who, address: addressOf(request) })
  const sendOut = (
    request: FastifyRequest,
    reply: FastifyReply,
    gone: readonly Credential[] = loginsOf(request),
  ) => {
    const cookies = gone.filter(isCookie).map(({ from }) => noCookie(from, isSecure(request)))
    return reply.header('set-cookie', cookies).code(204).send()
  }

  app.post<{ Body: { password: string } }>(
    '/login',
    { schema: loginSchema, bodyLimit: MOST_BODY_BYTES },
    async (request) => {
      const session = await logins.logIn(request.body.password, addressOf(request), 'program')
      const { token, expiresAt } = await boxTokens.forSession(session)
      return { token, expires: new Date(expiresAt).toISOString() }
    },
  )

  app.post<{ Body: { everywhere: boolean } | null }>(
    '/logout',
    { schema: logoutSchema, bodyLimit: MOST_BODY_BYTES },
    async (request, reply) => {
      if (request.body?.everywhere) {
        if (passOf(request).role !== 'admin') {
          throw new RequestError(403, 'only an admin can end the logins of others')
        }
        await sessions.endAll()
        note('logged-out-everywhere', request)
        return sendOut(request, reply)
      }
      return sendOut(request, reply, await endOwn(request, options))
    },
  )

  app.get('/me', { schema: meSchema }, async (request) => {
    const { who, role, expiresAt } = passOf(request)
    const expires = expiresAt === undefined ? null : new Date(expiresAt).toISOString()
    const canChangePassword = role === 'admin' && !password.isGiven
    return { who, role, expires, canChangePassword }
  })

  app.put<{ Body: { current: string; password: string } }>(
    '/password',
    { schema: changeSchema, bodyLimit: MOST_BODY_BYTES },
    async (request, reply) => {
      if (password.isGiven) throw new RequestError(409, IS_GIVEN)
      const fault = faultOfPassword(request.body.password)
      if (fault) throw new RequestError(400, fault)
      await logins.check(request.body.current, addressOf(request))
      await password.set(request.body.password)
      await sessions.endAll()
      note('admin-password-changed', request)
      return sendOut(request, reply)
    },
  )
}

/**
 * Ends what whoever asks came in by: each login, if the browser did so by http and by https.
 * @returns what is good for nothing any more
 * @throws {RequestError} for a program whose token is no login
 */
async function endOwn(
  request: FastifyRequest,
  { sessions, boxTokens, audit }: AccountRoutesOptions,
): Promise<readonly Credential[]> {
  const credentials = credentialsOf(request.originalUrl, request.headers)
  let ended = 0
  for (const { token } of credentials) {
    const id = await boxTokens.sessionIdOf(token)
    if (id !== undefined && (await sessions.end(id))) ended += 1
  }
  if (ended > 0) {
    audit.note({ event: 'logout', who: WHO, address: addressOf(request) })
    return loginsOf(request)
  }
  if (credentials.every(isCookie)) return credentials
  throw new RequestError(409, 'you are in by a link or token: whoever made it can revoke it')
}

/** All but what lets visitors in. */
function loginsOf({ originalUrl, headers }: FastifyRequest): readonly Credential[] {
  return credentialsOf(originalUrl, headers).filter(({ from }) => from !== 'box-access')
}
