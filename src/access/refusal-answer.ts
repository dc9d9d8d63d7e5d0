import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DoorPages, PageValues } from './door-pages.ts'
import type { Refusal } from './refusal.ts'
import { addressOf } from './request-address.ts'

/**
 * Answers a request that is refused: a person gets a page, a program JSON.
 * @param values what the page says in place of the usual
 */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  { statusCode, message, page }: Refusal,
  pages: DoorPages,
  values: PageValues = {},
): FastifyReply {
  if (statusCode === 401) reply.header('www-authenticate', 'Bearer')
  reply.code(statusCode)
  if (!isByPerson(request)) {
    const answer = { error: STATUS_CODES[statusCode], message }
    return reply.header('cache-control', 'no-store').send(answer)
  }
  const target = request.originalUrl
  return reply.headers(pages.headers).send(
    pages.render(page, {
      address: addressOf(request),
      host: request.hostname,
      message: message.charAt(0).toUpperCase() + message.slice(1),
      root: rootFrom(target),
      to: target.replace(/^\/+/, ''),
      ...values,
    }),
  )
}

/** Whether a person opens it in a browser, rather than a page or a program asking for it. */
export function isByPerson({ headers }: FastifyRequest): boolean {
  const mode = headers['sec-fetch-mode'] ?? 'navigate'
  return mode === 'navigate' && (headers.accept ?? '').includes('text/html')
}

/** From a page to the box's root, whatever prefix a proxy has taken away. */
export function rootFrom(target: string): string {
  const [path = ''] = target.split('?', 1)
  return '../'.repeat(Math.max(0, path.split('/').length - 2)) || './'
}
