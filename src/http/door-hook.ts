import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { noCookie } from '../access/cookies.ts'
import { type Credential, credentialsOf, isCookie } from '../access/credential.ts'
import type { Answer, Door } from '../access/door.ts'
import type { DoorPages } from '../access/door-pages.ts'
import { admit, cookieOf, locationWithoutToken } from '../access/login-answer.ts'
import type { Logins } from '../access/logins.ts'
import { plainAddress } from '../access/networks.ts'
import { ANYBODY, type Pass } from '../access/pass.ts'
import type { Clock } from '../access/ports.ts'
import type { Refusal } from '../access/refusal.ts'
import { isByPerson, sendRefusal } from '../access/refusal-answer.ts'
import { addressOf } from '../access/request-address.ts'
import type { AskedFor, TurnedAway } from '../access/turned-away.ts'
import type { HttpsRedirect } from '../trust/https-redirect.ts'
import { isShared, setCors } from './cors.ts'
import { appEntry } from './entries.ts'
import { isUploadOfMember, type RunningSessions, refusalOfFile } from './file-scope.ts'
import { isForPrograms, sendProblem } from './problem.ts'

/** What browsers say of a page or worker that has no origin. */
const NO_ORIGIN = 'null'
const UPLOAD_METHODS: readonly string[] = ['PUT', 'OPTIONS']

export interface DoorHookParts {
  readonly door: Door
  readonly pages: DoorPages
  readonly logins: Logins
  readonly clock: Pick<Clock, 'wallTime'>
  readonly sessions: RunningSessions
  /** told of each request that is refused for something that can be mended */
  readonly turnedAway: Pick<TurnedAway, 'note'>
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
  /** see `Whereabouts` */
  readonly hosts: (request: FastifyRequest) => readonly string[]
  /** whether a page is at an app's own origin of this box; `publicUrl`: by which it asks */
  readonly isOfApp: (origin: string, publicUrl: string) => boolean
  /** sends on to https who opens a page that is better not read by http */
  readonly redirect: HttpsRedirect
}

/** How requests were let in that are passed on. */
export interface LetIn {
  /** the token of the cookie by which; undefined: it was none */
  readonly cookieToken: (request: FastifyRequest) => string | undefined
  readonly passOf: (request: FastifyRequest) => Pass
}

/**
 * Has every request pass the door before anything else looks at it.
 */
export function addDoor(app: FastifyInstance, parts: DoorHookParts): LetIn {
  const tokens = new WeakMap<IncomingMessage, string>()
  const passes = new WeakMap<IncomingMessage, Pass>()
  app.addHook('onRequest', (request, reply, done) => {
    const conclude = (answer: Answer) => {
      if (isAnswered(answer, request, reply, parts)) return
      if (answer.tag === 'admitted' && answer.pass !== ANYBODY) passes.set(request.raw, answer.pass)
      const token = goodCookieOf(answer, request)
      if (token !== undefined) tokens.set(request.raw, token)
      done()
    }
    const answer = askDoor(request, reply, parts)
    // Nobody waits who showed nothing.
    if (answer instanceof Promise) answer.then(conclude).catch(done)
    else conclude(answer)
  })
  return {
    cookieToken: ({ raw }) => tokens.get(raw),
    passOf: ({ raw }) => passes.get(raw) ?? ANYBODY,
  }
}

function goodCookieOf({ staleCookies }: Answer, request: FastifyRequest): string | undefined {
  const [credential] = credentialsShown(request)
  if (!credential || !isCookie(credential)) return undefined
  return staleCookies.includes(credential.from) ? undefined : credential.token
}

function askDoor(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: DoorHookParts,
): Answer | Promise<Answer> {
  const { door, publicUrl, sessions } = parts
  const { headers, method } = request
  const isOnShared = isShared(routeOf(request))
  // What is read without CORS headers, no page of another origin gets to see.
  const isOnlyRead = (method === 'GET' || method === 'HEAD') && !isOnShared
  const visit = {
    address: addressOf(request),
    hosts: parts.hosts(request),
    credentials: credentialsShown(request),
    origin: isOnlyRead ? undefined : headers.origin,
    publicUrl: () => publicUrl(request),
  }
  const { address, credentials, origin } = visit
  const isOfNobody =
    origin === NO_ORIGIN && credentials.length === 0 && UPLOAD_METHODS.includes(method)
  const isOfMember = isOfNobody && isUploadOfMember(address, request.url, sessions)
  const isLetIn = isOfMember || isReadByApp(request, parts)
  const refusal = isLetIn ? undefined : door.refusalOfOrigin(visit)
  if (isOnShared) setCors(reply, refusal ? undefined : visit.origin, door.isForAllOrigins)
  if (refusal) return { tag: 'refused', refusal, staleCookies: [] }
  if (isOfMember) return { tag: 'admitted', pass: ANYBODY, staleCookies: [] }
  return door.admit(visit, appEntry(request.method, request.routeOptions.url))
}

/**
 * An app knows what it stored before it had an origin of its own by the address of then (APPS4). It can read the same where
 * it is now.
 */
function isReadByApp(request: FastifyRequest, { isOfApp, publicUrl }: DoorHookParts): boolean {
  const { method, headers } = request
  const { origin } = headers
  if (origin === undefined || !(method === 'GET' || method === 'HEAD')) return false
  return isShared(routeOf(request)) && isOfApp(origin, publicUrl(request))
}

/** Whether the request has its answer already: a refusal, or where to go without the token, or by https. */
function isAnswered(
  answer: Answer,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: DoorHookParts,
): boolean {
  for (const name of answer.staleCookies) {
    reply.header('set-cookie', noCookie(name, isSecure(request, parts)))
  }
  const link = linkOf(request)
  const refusal = answer.tag === 'refused' ? answer.refusal : misuse(answer.pass, request, parts)
  const address = addressOf(request)
  if (refusal) {
    // Whoever says the passphrase by http says it to everybody on the way.
    if (refusal.page === 'passphrase' && parts.redirect.answers(request, reply)) return true
    if (link && refusal.statusCode === 401) parts.logins.failed('link', address, refusal.message)
    refuse(request, reply, refusal, parts)
    return true
  }
  if (answer.tag === 'refused' || !link) return parts.redirect.answers(request, reply)
  parts.logins.succeeded(answer.pass, address)
  const cookie = cookieOf(link.token, answer.pass, parts.clock, isSecure(request, parts))
  admit(reply, cookie, locationWithoutToken(request.originalUrl))
  return true
}

/** The token in a page's address: no page is to have one there. */
function linkOf(request: FastifyRequest): Credential | undefined {
  if (
    request.method !== 'GET' ||
    appEntry(request.method, request.routeOptions.url) === 'everybody'
  )
    return undefined
  const [credential] = credentialsOf(request.originalUrl, request.headers)
  return credential?.from === 'path' && isByPerson(request) ? credential : undefined
}

function misuse(pass: Pass, request: FastifyRequest, { sessions }: DoorHookParts) {
  const { method, url: target } = request
  if (!/^\/files(?:\/|$)/.test(routeOf(request)) || method === 'OPTIONS') return undefined
  return refusalOfFile(pass, { method, target }, sessions)
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  { pages, turnedAway }: DoorHookParts,
): void {
  const { statusCode, message, cause } = refusal
  if (cause && isForPeople(request, refusal)) {
    const { origin, 'user-agent': userAgent } = request.headers
    const [asked, app] = whatIsAsked(request)
    turnedAway.note({
      address: plainAddress(addressOf(request)),
      origin,
      app,
      userAgent,
      asked,
      cause,
    })
  }
  if (isForPrograms(request.url)) {
    if (statusCode === 401) reply.header('www-authenticate', 'Bearer')
    sendProblem(reply, statusCode, message)
  } else {
    sendRefusal(request, reply, refusal, pages)
  }
}

/**
 * Whether it matters to a person that the request is refused: they opened a page, or a page of theirs asks or stores
 * something. Who is asked for the passphrase is not turned away.
 */
function isForPeople(request: FastifyRequest, { page }: Refusal): boolean {
  if (isByPerson(request)) return page !== 'passphrase'
  return request.headers.origin !== undefined || request.method === 'PUT'
}

/** @returns what was asked for, and the app that it is of as far as the path tells */
function whatIsAsked(request: FastifyRequest): readonly [asked: AskedFor, app: string | undefined] {
  const [path = ''] = request.url.split('?', 1)
  if (/^\/files(?:\/|$)/.test(routeOf(request)))
    return ['file', appIn(path, /^\/files\/apps\/([^/]+)\//)]
  return [isByPerson(request) ? 'page' : 'other', appIn(path, /^\/apps\/([^/]+)(?:\/|$)/)]
}

function appIn(path: string, pattern: RegExp): string | undefined {
  const name = pattern.exec(path)?.[1]
  try {
    return name === undefined ? undefined : decodeURIComponent(name)
  } catch {
    return name
  }
}

function credentialsShown(request: FastifyRequest): readonly Credential[] {
  const shown = credentialsOf(request.originalUrl, request.headers)
  return shown.length === 0 ? announcedCredentials(request) : shown
}

/** A browser that asks whether it may bring a token does not bring it yet. */
function announcedCredentials({ method, headers }: FastifyRequest): readonly Credential[] {
  const announced = headers['access-control-request-headers'] ?? ''
  const isComing = method === 'OPTIONS' && /\bauthorization\b/i.test(announced)
  return isComing ? [{ token: '', from: 'bearer' }] : []
}

/** The route that answers, however the path was written; where there is none, the path. */
function routeOf({ routeOptions, url }: FastifyRequest): string {
  return routeOptions.url ?? url
}

function isSecure(request: FastifyRequest, { publicUrl }: DoorHookParts): boolean {
  return publicUrl(request).startsWith('https:')
}
