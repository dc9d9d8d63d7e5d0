import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AdminPassword } from '../access/admin-password.ts'
import { type AdminSession, type AdminSessions, endOf } from '../access/admin-sessions.ts'
import type { Audit } from '../access/audit-log.ts'
import type { BoxTokens } from '../access/box-tokens.ts'
import { adminCookie, cookieFor } from '../access/cookies.ts'
import type { DoorPages, PageValues } from '../access/door-pages.ts'
import type { Pass } from '../access/pass.ts'
import { faultOfPassword } from '../access/password-rule.ts'
import type { Clock } from '../access/ports.ts'
import type { DoorPage } from '../access/refusal.ts'
import { addressOf } from '../access/request-address.ts'
import { RequestError } from '../access/request-error.ts'
import type { SetupLink } from '../access/setup-link.ts'
import type { PasswordLogins } from './password-logins.ts'

const MOST_FORM_BYTES = 4096
const text = { type: 'string' } as const
const response = { '2xx': text, '4xx': text }
const nextSchema = { type: 'object', properties: { next: text } } as const
const loginForm = {
  type: 'object',
  required: ['password'],
  properties: { password: text, next: text },
} as const
const setupForm = {
  type: 'object',
  required: ['password', 'again'],
  properties: { password: text, again: text },
} as const
const codeSchema = { type: 'object', properties: { code: text } } as const

export interface LoginPagesOptions {
  readonly pages: DoorPages
  readonly password: AdminPassword
  readonly sessions: AdminSessions
  readonly setupLink: SetupLink
  readonly logins: PasswordLogins
  readonly boxTokens: BoxTokens
  readonly audit: Audit
  readonly clock: Pick<Clock, 'wallTime'>
  readonly passOf: (request: FastifyRequest) => Pass
  readonly isSecure: (request: FastifyRequest) => boolean
}

/** What people see who are not logged in yet: `/admin/login`, and `/admin/setup/<code>` to set the password. */
export async function loginPages(app: FastifyInstance, options: LoginPagesOptions) {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  addLogin(app, options)
  addSetup(app, options)
}

function addLogin(app: FastifyInstance, options: LoginPagesOptions): void {
  const { pages, logins, passOf } = options

  app.get<{ Querystring: { next?: string } }>(
    '/login',
    { schema: { querystring: nextSchema, response } },
    async (request, reply) => {
      const next = placeIn(request.query.next)
      const isIn = ['admin', 'monitor'].includes(passOf(request).role)
      if (isIn) return reply.header('cache-control', 'no-store').redirect(`../${next}`, 303)
      return sendPage(reply, pages, 'admin-login', { next })
    },
  )

  app.post<{ Body: { password: string; next?: string } }>(
    '/login',
    { schema: { body: loginForm, response } },
    async (request, reply) => {
      const next = placeIn(request.body.next)
      try {
        const session = await logins.logIn(request.body.password, addressOf(request), 'browser')
        return sendIn(request, reply, session, `../${next}`, options)
      } catch (error) {
        return sendPage(answerTo(error, reply), pages, 'admin-login', { next, ...noticeOf(error) })
      }
    },
  )
}

function addSetup(app: FastifyInstance, options: LoginPagesOptions): void {
  const { pages, password, sessions, setupLink, audit } = options
  const sendOver = (reply: FastifyReply) => sendPage(reply.code(410), pages, 'admin-link-over', {})

  app.get<{ Params: { code: string } }>(
    '/setup/:code',
    { schema: { params: codeSchema, response } },
    async (request, reply) =>
      setupLink.isGood(request.params.code)
        ? sendPage(reply, pages, 'admin-setup', {})
        : sendOver(reply),
  )

  app.post<{ Params: { code: string }; Body: { password: string; again: string } }>(
    '/setup/:code',
    { schema: { params: codeSchema, body: setupForm, response } },
    async (request, reply) => {
      const { code } = request.params
      if (!setupLink.isGood(code)) return sendOver(reply)
      const fault = faultOf(request.body)
      if (fault) return sendPage(reply.code(400), pages, 'admin-setup', { notice: sentence(fault) })
      // Of two who come at once, the second finds that it is over.
      const isSet = await setupLink.use(code, () => password.set(request.body.password))
      if (!isSet) return sendOver(reply)
      await sessions.endAll()
      const address = addressOf(request)
      audit.note({ event: 'admin-password-set', who: 'one-time link', address })
      return sendIn(request, reply, await sessions.start('browser'), '../', options)
    },
  )
}

function faultOf({ password, again }: { readonly password: string; readonly again: string }) {
  return password === again
    ? faultOfPassword(password)
    : 'the two are not the same: type the password again'
}

/** Lets a browser in, and sends it on. */
async function sendIn(
  request: FastifyRequest,
  reply: FastifyReply,
  session: AdminSession,
  location: string,
  { boxTokens, clock, isSecure }: LoginPagesOptions,
): Promise<FastifyReply> {
  const { token } = await boxTokens.forSession(session)
  const lifeMs = endOf(session) - clock.wallTime()
  const isByHttps = isSecure(request)
  return reply
    .headers({
      'set-cookie': cookieFor(adminCookie(isByHttps), token, lifeMs, isByHttps),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    .redirect(location, 303)
}

function sendPage(reply: FastifyReply, pages: DoorPages, page: DoorPage, values: PageValues) {
  return reply.headers(pages.headers).send(pages.render(page, values))
}

/** @throws what is no refusal */
function answerTo(error: unknown, reply: FastifyReply): FastifyReply {
  if (!(error instanceof RequestError)) throw error
  return reply.code(error.statusCode).headers(error.headers)
}

function noticeOf(error: unknown): PageValues {
  return { notice: sentence((error as Error).message) }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`
}

/** The page of the dashboard that somebody wanted to see: nothing else, and none of another host. */
function placeIn(given = ''): string {
  const next = given.replace(/^\//, '')
  const isOne = /^admin\/[\w./?=&%-]{0,2000}$/.test(next) && !next.includes('..')
  return isOne && !/^admin\/(?:login|setup)\b/.test(next) ? next : 'admin/'
}
