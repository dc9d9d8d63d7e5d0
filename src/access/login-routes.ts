import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { cookieFor } from './cookies.ts'
import { refusalOf } from './door.ts'
import type { DoorPages } from './door-pages.ts'
import { admit, cookieOf } from './login-answer.ts'
import type { Logins } from './logins.ts'
import { DASHBOARD_ROLES } from './pass.ts'
import type { Passphrase } from './passphrase.ts'
import type { AccountOf, Breaches, Clock } from './ports.ts'
import type { Refusal } from './refusal.ts'
import { sendRefusal } from './refusal-answer.ts'
import { addressOf } from './request-address.ts'
import { Throttle } from './throttle.ts'
import type { Tokens } from './tokens.ts'

const MINUTE_MS = 60_000
const MOST_FORM_BYTES = 4096
const text = { type: 'string' } as const
const form = {
  type: 'object',
  required: ['passphrase'],
  properties: { passphrase: text, to: text },
} as const
const refusalSchema = {
  type: ['object', 'string'],
  properties: { error: text, message: text },
} as const
const response = { '2xx': text, '4xx': refusalSchema, '5xx': refusalSchema }

const WRONG: Refusal = {
  statusCode: 401,
  message: 'that is not the passphrase: try again',
  page: 'passphrase',
}
const TOO_OFTEN: Refusal = {
  statusCode: 429,
  message:
    'there were too many wrong passphrases from where you are: wait a minute, then try again',
  page: 'passphrase',
}

export interface LoginRoutesOptions {
  readonly tokens: Tokens
  readonly pages: DoorPages
  /** undefined: nobody comes in by one */
  readonly passphrase: Passphrase | undefined
  /** how long a browser is let in that knew it (ms) */
  readonly passphraseLifeMs: number
  /** wrong ones a minute from one address, or network */
  readonly mostTries: number
  /** whether there is a page for an app */
  readonly hasApp: (appId: string) => Promise<boolean>
  readonly isSecure: (request: FastifyRequest) => boolean
  /** the page of the dashboard that takes a token, for who has a role there */
  readonly enterUrl: (request: FastifyRequest, token: string) => string
  readonly logins: Logins
  readonly breaches: Breaches
  readonly accountOf: AccountOf
  readonly clock: Clock
}

/** How people get in: `/enter` asks for the passphrase, `/invite/<token>` is a link. Both leave a cookie. */
export async function loginRoutes(app: FastifyInstance, options: LoginRoutesOptions) {
  const { tokens, pages, hasApp, isSecure, logins, clock } = options

  app.get('/invite/*', { schema: { response } }, async (request, reply) => {
    const { '*': token } = request.params as { '*': string }
    const address = addressOf(request)
    const verdict = await tokens.verify(token)
    if (verdict.tag !== 'good') {
      logins.failed('link', address, verdict.reason)
      return sendRefusal(request, reply, refusalOf(verdict), pages)
    }
    const { pass } = verdict
    logins.succeeded(pass, address)
    const cookie = cookieOf(token, pass, clock, isSecure(request))
    if (DASHBOARD_ROLES.includes(pass.role)) {
      return admit(reply, cookie, options.enterUrl(request, token))
    }
    const app = pass.appId !== undefined && (await hasApp(pass.appId)) ? `apps/${pass.appId}/` : ''
    return admit(reply, cookie, `../${app}`)
  })

  if (options.passphrase) enterRoutes(app, { ...options, passphrase: options.passphrase })
}

function enterRoutes(
  app: FastifyInstance,
  options: LoginRoutesOptions & { readonly passphrase: Passphrase },
): void {
  const { passphrase, pages, tokens, isSecure, logins, breaches, accountOf, clock } = options
  const tries = new Throttle(options.mostTries, MINUTE_MS, () => clock.now())
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MOST_FORM_BYTES },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )

  app.get('/enter', { schema: { response } }, async (_request, reply) =>
    reply.headers(pages.headers).send(pages.render('passphrase', { root: './' })),
  )

  app.post<{ Body: { passphrase: string; to?: string } }>(
    '/enter',
    { schema: { body: form, response } },
    async (request, reply) => {
      const address = addressOf(request)
      const account = accountOf(address)
      const refuse = (refusal: Refusal) => {
        logins.failed('passphrase', address, refusal.message)
        return sendPassphrasePage(request, reply, refusal, pages)
      }
      if (tries.isFull(account)) {
        breaches.note('passphrase-tries', account)
        return refuse(TOO_OFTEN)
      }
      if (!passphrase.matches(request.body.passphrase)) {
        tries.add(account)
        return refuse(WRONG)
      }
      logins.succeeded({ who: 'passphrase', role: 'participant' }, address)
      const lifeMs = options.passphraseLifeMs
      const { token } = await tokens.ofBox.forPassphrase(passphrase, lifeMs)
      const cookie = cookieFor('box-access', token, lifeMs, isSecure(request))
      return admit(reply, cookie, `./${placeIn(request.body.to)}`)
    },
  )
}

function sendPassphrasePage(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  pages: DoorPages,
): FastifyReply {
  const { to = '' } = request.body as { to?: string }
  const notice = `${refusal.message.charAt(0).toUpperCase()}${refusal.message.slice(1)}.`
  return sendRefusal(request, reply, refusal, pages, { root: './', to, notice })
}

/** Where somebody wanted to go; the landing page if that cannot be said in a header. */
function placeIn(to = ''): string {
  return /^[\x21-\x7e]{0,2000}$/.test(to) ? to.replace(/^[/\\]+/, '') : ''
}
