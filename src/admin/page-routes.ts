import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PageFrame } from './page-frame.ts'

/** The product's own folder: whoever serves other pages (`BOX_WEB_DIR`) has the dashboard nevertheless. */
const WEB_DIR = join(import.meta.dirname, '../../web')
/** The folder, in that of the pages, of what goes into each of them. */
const FRAME = 'frame'

export interface PageRoutesOptions {
  /** where apps are for who asks; ends with a slash */
  readonly appUrl: (request: FastifyRequest) => string
}

/** The dashboard: what is in `web/admin`, and, below it, what its pages share with others. */
export async function pageRoutes(app: FastifyInstance, { appUrl }: PageRoutesOptions) {
  const common = { decorateReply: false, dotfiles: 'ignore', cacheControl: false } as const
  await app.register(fastifyStatic, {
    ...{ ...common, root: join(WEB_DIR, 'common'), prefix: '/common/', index: false },
    setHeaders: (reply) => reply.header('cache-control', 'no-cache'),
  })
  // Relative, so that it stays under whatever prefix it came.
  app.get('', { prefixTrailingSlash: 'no-slash' }, async (request, reply) => {
    const [, query = ''] = /(\?.*)$/.exec(request.originalUrl) ?? []
    return reply.header('cache-control', 'no-store').redirect(`admin/${query}`)
  })
  app.get('/icon.svg', async (_request, reply) =>
    reply.type('image/svg+xml').send(createReadStream(join(WEB_DIR, 'favicon.svg'))),
  )
  const dir = join(WEB_DIR, 'admin')
  const frame = await PageFrame.load(join(dir, FRAME))
  await app.register(async (pages) => {
    pages.addHook('onSend', async (request, reply, payload: unknown) => {
      // What goes wrong has a page of its own.
      if (reply.statusCode >= 400) return payload
      reply.headers(headersFor(appUrl(request)))
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
      if (!isPage || !isReadable(payload)) return payload
      const html = frame.around(await text(payload))
      reply.header('content-length', Buffer.byteLength(html))
      return html
    })
    await pages.register(fastifyStatic, {
      ...{ ...common, root: dir, prefix: '/', redirect: true },
      ...{ etag: false, lastModified: false, acceptRanges: false },
      allowedPath: (path) => !path.startsWith(`/${FRAME}`),
    })
  })
}

/**
 * Scripts and styles of the dashboard itself, nothing in line, and pictures of apps. A window that shows such a page cannot
 * be reached by the page that opened it, and no page can show it in a frame.
 */
function headersFor(appUrl: string) {
  const { origin } = new URL(appUrl)
  return {
    'cache-control': 'no-store',
    'content-security-policy':
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: ${origin}; ` +
      "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  }
}

function isReadable(payload: unknown): payload is Readable {
  return typeof payload === 'object' && payload !== null && 'pipe' in payload
}
