import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { findLibraries } from '../apps/library.ts'

/** The product's own folder: the page is there whatever `BOX_WEB_DIR` says. */
const WEB_DIR = join(import.meta.dirname, '../../web')
const QR_CODES = 'qrcode-generator'

/** By https it asks by http for nothing, and by http by https for `/trust/check` alone. */
const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self' https:; worker-src 'self'; form-action 'self'; base-uri 'none'; " +
    "frame-ancestors 'none'",
  // Where somebody wanted to go is in its address.
  'referrer-policy': 'same-origin',
}

/**
 * The page `/trust/` with all it is made of below that path. What it shares with other pages is there
 * once more, since those are not for everybody.
 */
export async function trustPages(app: FastifyInstance) {
  app.get('/trust', (request, reply) => {
    const [, query = ''] = /(\?.*)$/.exec(request.originalUrl) ?? []
    return reply.header('cache-control', 'no-store').redirect(`trust/${query}`, 307)
  })
  await serve(app, join(WEB_DIR, 'trust'), '/trust/')
  await serve(app, join(WEB_DIR, 'common'), '/trust/common/')
  for (const { name, version, root } of await findLibraries()) {
    if (name === QR_CODES) {
      await serve(app, join(root, 'dist'), `/trust/lib/${name}@${version}/dist/`)
    }
  }
}

async function serve(app: FastifyInstance, root: string, prefix: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    prefix,
    decorateReply: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply) => {
      for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value)
    },
  })
}
