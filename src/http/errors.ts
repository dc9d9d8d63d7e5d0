import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { fieldErrorsOf, isForPrograms, sendProblem, sentenceAbout } from './problem.ts'

/**
 * Answers an error. From 500 on it is the box's: logged whole, and its message stays inside unless
 * the error says, by `expose: true`, that it is written for the sender.
 */
export function sendError(
  error: FastifyError & { readonly expose?: boolean; readonly headers?: Record<string, string> },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = statusOf(error)
  if (status >= 500) request.log.error({ err: error }, 'request failed')
  else request.log.debug({ err: error, status }, 'request refused')
  const isForSender = status < 500 || error.expose === true
  const message = isForSender ? error.message : 'the box failed at this; its log says why'
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
    const message = `there is nothing at ${request.method} ${path}`
    if (isForPrograms(path)) return sendProblem(reply, 404, message)
    return reply.code(404).header('cache-control', 'no-store').send({ error: 'Not Found', message })
  })
}

function statusOf({ statusCode = 500 }: FastifyError): number {
  return statusCode >= 400 && statusCode <= 599 ? statusCode : 500
}
