import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

export interface WebRoutesOptions {
  /** absolute path */
  readonly webDir: string
}

/**
 * The pages of the box at `/`, as they are on disk at that moment. Their names carry no version, so
 * a browser has to ask each time whether what it keeps is still right.
 */
export async function webRoutes(app: FastifyInstance, { webDir }: WebRoutesOptions) {
  await app.register(fastifyStatic, {
    root: webDir,
    prefix: '/',
    decorateReply: false,
    redirect: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply) => reply.header('cache-control', 'no-cache'),
  })
}
