import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** The product's own folder, whatever pages the box serves besides (`BOX_WEB_DIR`). */
const WEB_DIR = join(import.meta.dirname, '../../web')
const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

/** `/admin/`: pages that hold no data, and what of the other pages they use at `/admin/common/`. */
export async function adminPages(app: FastifyInstance) {
  const serve = (folder: string, prefix: string) =>
    app.register(fastifyStatic, {
      root: join(WEB_DIR, folder),
      prefix,
      decorateReply: false,
      redirect: true,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply) => {
        for (const [name, value] of Object.entries(HEADERS)) reply.header(name, value)
      },
    })
  // Relative: whatever prefix a proxy has taken away.
  app.get('/admin', async (_request, reply) => reply.redirect('admin/'))
  app.get('/admin/icon.svg', async (_request, reply) =>
    reply.type('image/svg+xml').send(createReadStream(join(WEB_DIR, 'favicon.svg'))),
  )
  await serve('admin', '/admin/')
  await serve('common', '/admin/common/')
}
