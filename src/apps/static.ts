import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { readBytes } from './existing.ts'

/** A browser has to ask each time whether what it keeps is still right: names of pages carry no version. */
const NO_CACHE = 'no-cache'
const HTML = 'text/html; charset=utf-8'
/** It names commands of the box, each way between two comments. */
const DEVELOPERS = 'developers/index.html'
const WAYS = /<!-- (npm|compose) -->(.*?)<!-- \/\1 -->/gs

export interface WebRoutesOptions {
  /** absolute path */
  readonly webDir: string
  /** how commands are typed where the box runs */
  readonly commands: 'npm' | 'compose'
}

/** The pages of the box at `/`, as they are on disk at that moment. */
export async function webRoutes(app: FastifyInstance, { webDir, commands }: WebRoutesOptions) {
  await app.register(fastifyStatic, {
    root: webDir,
    prefix: '/',
    decorateReply: false,
    redirect: true,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply) => reply.header('cache-control', NO_CACHE),
  })
  for (const path of ['/developers/', `/${DEVELOPERS}`]) {
    app.get(path, async (_request, reply) => {
      const page = await readBytes(join(webDir, DEVELOPERS))
      if (page === undefined) return reply.callNotFound()
      return reply
        .header('cache-control', NO_CACHE)
        .type(HTML)
        .send(inWay(commands, page.toString()))
    })
  }
}

/** A page with the commands of one way. */
function inWay(commands: WebRoutesOptions['commands'], page: string): string {
  return page.replace(WAYS, (_, way: string, words: string) => (way === commands ? words : ''))
}
