import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AdminPassword, IS_GIVEN } from '../access/admin-password.ts'
import type { AdminSession, AdminSessions, SessionKind } from '../access/admin-sessions.ts'
import type { Audit } from '../access/audit-log.ts'
import type { BoxTokens } from '../access/box-tokens.ts'
import { meantCredentialsOf } from '../access/credential.ts'
import type { Pass } from '../access/pass.ts'
import { faultOfPassword } from '../access/password-rule.ts'
import { addressOf } from '../access/request-address.ts'
import { RequestError } from '../access/request-error.ts'
import type { SetupLink } from '../access/setup-link.ts'
import { type SaidAddress, saidSchema } from './address-routes.ts'
import { type PasswordLogins, WHO } from './password-logins.ts'

const MOST_BODY_BYTES = 4096
const MOST_PASSWORD_LENGTH = 1000
const text = { type: 'string' } as const
const time = { type: 'string', description: 'ISO 8601, UTC' } as const
const passwordSchema = { type: 'string', minLength: 1, maxLength: MOST_PASSWORD_LENGTH } as const
const tags = ['login']
const nothing = { type: 'null', description: 'Done.' } as const
const tokenSchema = {
  type: 'object',
  required: ['token', 'expires'],
  properties: { token: text, expires: time },
} as const

export const loginSchema = {
  ...{ tags, operationId: 'logIn', summary: 'Get a token for the admin password' },
  description:
    'The token is good until you log out by it, for an hour at the longest; that of a browser for two weeks, if it is used each day.',
  security: [],
  body: {
    type: 'object',
    required: ['password'],
    additionalProperties: false,
    properties: {
      password: passwordSchema,
      kind: { type: 'string', enum: ['program', 'browser'], default: 'program' },
    },
  },
  response: { 200: tokenSchema },
} as const

const setupSchema = {
  ...{ tags, operationId: 'setUp', summary: 'Set the admin password by a one-time link' },
  description: 'Logs in as a browser does.',
  security: [],
  body: {
    type: 'object',
    required: ['code', 'password'],
    additionalProperties: false,
    properties: {
      code: { type: 'string', maxLength: 100, description: 'the last part of the link' },
      password: passwordSchema,
      said: { ...saidSchema, description: 'by which host others open the box' },
    },
  },
  response: { 200: tokenSchema },
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
      required: ['who', 'role', 'expires', 'canChangePassword', 'appUrl'],
      properties: {
        who: text,
        role: { type: 'string', enum: ['monitor', 'admin'] },
        expires: { type: ['string', 'null'], description: time.description },
        canChangePassword: {
          type: 'boolean',
          description: 'false if the settings of the box have it, and for whoever is no admin',
        },
        appUrl: { ...text, description: 'where apps are, with a slash at its end' },
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
  readonly setupLink: SetupLink
  readonly logins: PasswordLogins
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  readonly passOf: (request: FastifyRequest) => Pass
  readonly said: SaidAddress
  /** told when somebody has logged in by a browser */
  readonly noteLogin: (request: FastifyRequest) => void
  /** where apps are for who asks; ends with a slash */
  readonly appUrl: (request: FastifyRequest) => string
}

/** Logging in and out by the admin password, and another password. */
export async function accountRoutes(app: FastifyInstance, options: AccountRoutesOptions) {
  addLogin(app, options)
  addSetup(app, options)
  addLogout(app, options)
  addPassword(app, options)
}

function addLogin(app: FastifyInstance, options: AccountRoutesOptions): void {
  const { password, logins, passOf, appUrl, noteLogin } = options
  app.post<{ Body: { password: string; kind: SessionKind } }>(
    '/login',
    { schema: loginSchema, bodyLimit: MOST_BODY_BYTES },
    async (request) => {
      const { password: given, kind } = request.body
      const session = await logins.logIn(given, addressOf(request), kind)
      if (kind === 'browser') noteLogin(request)
      return tokenOf(session, options)
    },
  )

  app.get('/me', { schema: meSchema }, async (request) => {
    const { who, role, expiresAt } = passOf(request)
    const expires = expiresAt === undefined ? null : new Date(expiresAt).toISOString()
    const canChangePassword = role === 'admin' && !password.isGiven
    return { who, role, expires, canChangePassword, appUrl: appUrl(request) }
  })
}

function addSetup(app: FastifyInstance, options: AccountRoutesOptions): void {
  const { password, sessions, setupLink, said, audit, noteLogin } = options
  app.post<{ Body: { code: string; password: string; said?: string } }>(
    '/setup',
    { schema: setupSchema, bodyLimit: MOST_BODY_BYTES },
    async (request) => {
      const { code, password: wanted, said: where = '' } = request.body
      if (!setupLink.isGood(code)) throw linkOver()
      const fault = faultOfPassword(wanted)
      if (fault) throw new RequestError(400, fault)
      const host = where.trim() === '' ? undefined : await said.check(where)
      // Of two who come at once, the second finds that it is over.
      const isSet = await setupLink.use(code, () => password.set(wanted))
      if (!isSet) throw linkOver()
      await sessions.endAll()
      const address = addressOf(request)
      const who = 'one-time link'
      audit.note({ event: 'admin-password-set', who, address })
      noteLogin(request)
      if (host !== undefined) {
        await said.keep(host)
        audit.note({ event: 'address-said', who, address, host })
      }
      return tokenOf(await sessions.start('browser'), options)
    },
  )
}

function addLogout(app: FastifyInstance, options: AccountRoutesOptions): void {
  const { sessions, audit, passOf } = options
  app.post<{ Body: { everywhere: boolean } | null }>(
    '/logout',
    { schema: logoutSchema, bodyLimit: MOST_BODY_BYTES },
    async (request, reply) => {
      if (!request.body?.everywhere) {
        await endOwn(request, options)
        return reply.code(204).send()
      }
      const { role, who } = passOf(request)
      if (role !== 'admin')
        throw new RequestError(403, 'only an admin can end the logins of others')
      await sessions.endAll()
      audit.note({ event: 'logged-out-everywhere', who, address: addressOf(request) })
      return reply.code(204).send()
    },
  )
}

function addPassword(app: FastifyInstance, options: AccountRoutesOptions): void {
  const { password, sessions, logins, audit, passOf } = options
  app.put<{ Body: { current: string; password: string } }>(
    '/password',
    { schema: changeSchema, bodyLimit: MOST_BODY_BYTES },
    async (request, reply) => {
      if (password.isGiven) throw new RequestError(409, IS_GIVEN)
      const fault = faultOfPassword(request.body.password)
      if (fault) throw new RequestError(400, fault)
      const address = addressOf(request)
      await logins.check(request.body.current, address)
      await password.set(request.body.password)
      await sessions.endAll()
      audit.note({ event: 'admin-password-changed', who: passOf(request).who, address })
      return reply.code(204).send()
    },
  )
}

async function tokenOf(session: AdminSession, { boxTokens }: AccountRoutesOptions) {
  const { token, expiresAt } = await boxTokens.forSession(session)
  return { token, expires: new Date(expiresAt).toISOString() }
}

function linkOver(): RequestError {
  return new RequestError(410, 'this link is over: it works once, for a day, until the box stops')
}

/**
 * Ends the login by which somebody asks.
 * @throws {RequestError} for who brings a link or a token that is no login
 */
async function endOwn(
  request: FastifyRequest,
  { sessions, boxTokens, audit }: AccountRoutesOptions,
): Promise<void> {
  const [credential] = meantCredentialsOf(request.originalUrl, request.headers)
  const id = credential && (await boxTokens.sessionIdOf(credential.token))
  if (id === undefined) {
    throw new RequestError(409, 'you are in by a link or token: whoever made it can revoke it')
  }
  await sessions.end(id)
  audit.note({ event: 'logout', who: WHO, address: addressOf(request) })
}
