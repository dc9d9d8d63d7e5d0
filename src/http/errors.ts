import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fieldErrorsOf, isForPrograms, sendProblem, sentenceAbout } from './problem.ts'

/** Codes of the file system and of SQLite for a disk without room. */
const FULL_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL']

/** Where clients connect to; people try it in a browser. */
const WEB_SOCKETS = /^\/reflector(?:\/|$)/

type SentError = FastifyError & {
  readonly expose?: boolean
  readonly headers?: Record<string, string>
}

/**
 * Answers an error. From 500 on it is the box's: logged whole, and its message stays inside unless
 * the error says, by `expose: true`, that it is written for the sender.
 */
export function sendError(
  error: SentError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, message } = answerTo(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  else request.log.debug({ err: error, status }, 'request refused')
  reply.headers({ ...error.headers, 'cache-control': 'no-store' }).code(status)
  if (!isForPrograms(request.url)) {
    return reply.send({ error: STATUS_CODES[status] ?? 'Error', message })
  }
  const fields = fieldErrorsOf(error)
  return sendProblem(reply, status, fields.length > 0 ? sentenceAbout(fields) : message, fields)
}

/** Answers a request for which there is nothing, if what it asks for is elsewhere; tells whether it did. */
export type LeadElsewhere = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>

/** One answer for every error and for every address where there is nothing. */
export function addErrorHandlers(
  app: FastifyInstance,
  leadElsewhere: LeadElsewhere = async () => false,
): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(async (request, reply) => {
    if (await leadElsewhere(request, reply)) return reply
    const [path = ''] = request.url.split('?', 1)
    const message = WEB_SOCKETS.test(path)
      ? 'this address is for the web sockets of apps: open the app itself'
      : `there is nothing at ${request.method} ${path}`
    if (isForPrograms(path)) return sendProblem(reply, 404, message)
    return reply.code(404).header('cache-control', 'no-store').send({ error: 'Not Found', message })
  })
}

/** The status and sentence for whoever sent the request. */
function answerTo(error: SentError): { readonly status: number; readonly message: string } {
  const trouble = storeTroubleOf(error)
  const status = statusOf(error, trouble?.status)
  if (status < 500 || error.expose === true) return { status, message: error.message }
  return { status, message: trouble?.message ?? 'the box failed at this; its log says why' }
}

/** What keeps the box from storing what was asked for, if that is why it failed. */
function storeTroubleOf({ code, name, message }: SentError) {
  if (FULL_CODES.includes(code)) {
    return { status: 507, message: 'the disk of the box is full: make room, then try again' }
  }
  // What the journal rejects with for a reason that may pass.
  if (name !== 'StoreUnavailableError') return undefined
  return {
    status: 503,
    message: `the box cannot store anything: ${message}. Try again when it can`,
  }
}

function statusOf({ statusCode }: SentError, otherwise = 500): number {
  const status = statusCode ?? otherwise
  return status >= 400 && status <= 599 ? status : 500
}
