import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { meantCredentialsOf } from '../access/credential.ts'
import type { Answer, Door } from '../access/door.ts'
import type { DoorPages } from '../access/door-pages.ts'
import type { Logins } from '../access/logins.ts'
import { ANYBODY, type Pass } from '../access/pass.ts'
import type { Refusal } from '../access/refusal.ts'
import { isByPerson, rootFrom, sendRefusal } from '../access/refusal-answer.ts'
import { addressOf } from '../access/request-address.ts'
import { splitTokenPath } from '../protocol/token-path.ts'
import { placeIn } from '../trust/place.ts'
import type { BoxPlaces } from './box-places.ts'
import { adminEntry } from './entries.ts'
import { isForPrograms, sendProblem } from './problem.ts'
import { refusalOfForeignPage } from './same-origin.ts'

export interface AdminDoorParts {
  readonly door: Door
  readonly pages: DoorPages
  readonly logins: Logins
  readonly places: BoxPlaces
  /** scheme, host and prefix by which the box was asked */
  readonly publicUrl: (request: FastifyRequest) => string
  /** see `Whereabouts` */
  readonly hosts: (request: FastifyRequest) => readonly string[]
}

/**
 * Has every request to the dashboard's origin pass the door before anything else looks at it.
 *
 * Cookies count for nothing here: they know no ports, so any app of the box can set them, and a browser sends those of
 * the box's first page here as well.
 */
export function addAdminDoor(
  app: FastifyInstance,
  parts: AdminDoorParts,
): (request: FastifyRequest) => Pass {
  const passes = new WeakMap<IncomingMessage, Pass>()
  app.addHook('onRequest', (request, reply, done) => {
    delete request.raw.headers.cookie
    const conclude = (answer: Answer) => {
      if (isAnswered(answer, request, reply, parts)) return
      if (answer.tag === 'admitted') passes.set(request.raw, answer.pass)
      done()
    }
    const answer = askDoor(request, reply, parts)
    if (answer instanceof Promise) answer.then(conclude).catch(done)
    else if (answer) conclude(answer)
  })
  return (request) => passes.get(request.raw) ?? ANYBODY
}

/** @returns undefined: the request has its answer */
function askDoor(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: AdminDoorParts,
): Answer | Promise<Answer> | undefined {
  const { door, publicUrl } = parts
  const url = publicUrl(request)
  const foreign = refusalOfForeignPage(request, url)
  if (foreign) {
    refuse(request, reply, foreign, parts)
    return undefined
  }
  if (isLedToHttps(request, reply, parts)) return undefined
  const visit = {
    address: addressOf(request),
    hosts: parts.hosts(request),
    credentials: meantCredentialsOf(request.originalUrl, request.headers),
    origin: undefined,
    publicUrl: () => url,
  }
  // Whoever brings a token to a page means to be let in by it.
  return door.admit(visit, linkIn(request) === undefined ? entryFor(request) : 'onlookers')
}

/** Only what a person opens in a browser, as everywhere (HTTP7). */
function isLedToHttps(
  request: FastifyRequest,
  reply: FastifyReply,
  { places, publicUrl }: AdminDoorParts,
): boolean {
  if (request.method !== 'GET' || !isByPerson(request)) return false
  // Whatever proxy says so, and be it one that is not believed: people would come back by it for ever.
  if (request.headers['x-forwarded-proto'] === 'https') return false
  // The door takes the token first: it gets into no other address.
  if (tokenIn(request) !== undefined) return false
  const location = places.secureUrl(publicUrl(request), placeIn(request.originalUrl))
  if (location === undefined) return false
  reply.header('cache-control', 'no-store').redirect(location, 307)
  return true
}

/** Whether the request has its answer already: a refusal, or the page that takes a token, or shows what a person asks for. */
function isAnswered(
  answer: Answer,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: AdminDoorParts,
): boolean {
  const token = linkIn(request)
  const address = addressOf(request)
  if (answer.tag === 'refused') {
    const { refusal } = answer
    if (token && refusal.statusCode === 401) parts.logins.failed('link', address, refusal.message)
    if (isForViewer(request, refusal)) sendToViewer(request, reply)
    else refuse(request, reply, refusal, parts)
    return true
  }
  if (!token) return false
  parts.logins.succeeded(answer.pass, address)
  sendOn(reply, `${rootFrom(request.originalUrl)}${enterPlace(token, request.url)}`)
  return true
}

/**
 * The page that keeps a token for the dashboard, below its origin. What stands behind `#` a browser sends nowhere.
 * @param target where to go then
 */
export function enterPlace(token: string, target = ''): string {
  const next = /^\/admin\/./.test(target) ? `?next=${encodeURIComponent(target.slice(1))}` : ''
  return `admin/enter.html${next}#${token}`
}

/** A browser brings no token by itself: a page of the dashboard does, and shows it. */
function isForViewer(request: FastifyRequest, { statusCode }: Refusal): boolean {
  return statusCode === 403 && entryFor(request) === 'monitors' && isByPerson(request)
}

function sendToViewer(request: FastifyRequest, reply: FastifyReply): void {
  const of = encodeURIComponent(request.url.slice(1))
  sendOn(reply, `${rootFrom(request.originalUrl)}admin/view.html?of=${of}`)
}

function sendOn(reply: FastifyReply, location: string): void {
  reply.header('cache-control', 'no-store').redirect(location, 303)
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  { pages }: Pick<AdminDoorParts, 'pages'>,
): void {
  const { statusCode, message } = refusal
  if (!isForPrograms(request.url)) {
    sendRefusal(request, reply, refusal, pages)
    return
  }
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer')
  sendProblem(reply, statusCode, message)
}

function entryFor({ method, routeOptions }: FastifyRequest) {
  return adminEntry(method, routeOptions.url)
}

/** The token in the address of a page: no page is to have one there. */
function linkIn(request: FastifyRequest): string | undefined {
  return request.method === 'GET' && isByPerson(request) ? tokenIn(request) : undefined
}

function tokenIn({ originalUrl }: FastifyRequest): string | undefined {
  const [path = ''] = originalUrl.split('?', 1)
  return splitTokenPath(path).token
}
