import type { FastifyReply } from 'fastify'

/** What pages of other origins may use: files. */
const SHARED = /^\/files(?:[/?]|$)/

/** @param target as it is routed */
export function isShared(target: string): boolean {
  return SHARED.test(target)
}

/**
 * Says whose pages may see the answer.
 * @param origin of the page that asks, which may; undefined: none, or it may not
 * @param isEverybody whether pages of all origins may
 */
export function setCors(
  reply: FastifyReply,
  origin: string | undefined,
  isEverybody: boolean,
): void {
  if (isEverybody) {
    reply.header('access-control-allow-origin', '*')
    return
  }
  // Who keeps the answer must not show it to a page of another origin.
  reply.header('vary', 'Origin')
  if (origin !== undefined) reply.header('access-control-allow-origin', origin)
}
