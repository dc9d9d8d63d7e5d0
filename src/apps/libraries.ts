import { extname } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findLibraries, isServed, type Library } from './library.ts'

const text = { type: 'string' } as const
const librarySchema = {
  type: 'object',
  required: ['name', 'version', 'url'],
  properties: { name: text, version: text, url: text },
} as const
const listSchema = {
  content: {
    'application/json': { schema: { type: 'array', items: librarySchema } },
    'text/html': { schema: { type: 'string' } },
  },
} as const
const refusalSchema = {
  type: 'object',
  required: ['error', 'message'],
  properties: { error: text, message: text },
} as const

/** The type of a script by its name's end, where the common table has none that fits. */
const TYPES: Readonly<Record<string, string>> = {
  '.cjs': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
}

interface Page {
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

export interface LibraryRoutesOptions {
  /** what somebody sees who looks at the list, a package a line; undefined: it is a program */
  readonly listPage: (request: FastifyRequest, list: string) => Page | undefined
}

/**
 * Files of npm packages, byte for byte: `/<package>@<version>/…`. `/` lists the packages, and
 * `/<package>/…` leads to the version that is here.
 */
export async function libraryRoutes(app: FastifyInstance, { listPage }: LibraryRoutesOptions) {
  const libraries = await findLibraries()
  app.addHook('onRequest', async (_request, reply) => {
    // A page of any origin may take them, as modules, too, and one that is isolated (COEP).
    reply.headers({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
  })
  for (const library of libraries) await serveLibrary(app, library)

  app.get('/', { schema: { response: { 200: listSchema } } }, (request, reply) => {
    const list = libraries.map(({ name, version }) => {
      return { name, version, url: urlOf(app, name, version) }
    })
    const lines = list.map(({ name, version }) => `${name}@${version}/`)
    const page = listPage(request, lines.join('\n'))
    return page ? reply.headers(page.headers).send(page.html) : list
  })

  app.get('/*', { schema: { response: { '4xx': refusalSchema } } }, (request, reply) => {
    const wanted = request.url.slice(`${app.prefix}/`.length)
    const library = libraries.find(({ name }) => wanted === name || wanted.startsWith(`${name}/`))
    if (!library) return sendNotFound(reply, wanted, libraries)
    const rest = wanted.slice(library.name.length + 1)
    reply.header('cache-control', 'no-cache')
    // Relative, so that it stays under whatever prefix it came.
    const [path = ''] = wanted.split('?', 1)
    const up = '../'.repeat(path.split('/').length - 1) || './'
    return reply.redirect(`${up}${library.name}@${library.version}/${rest}`)
  })
}

async function serveLibrary(app: FastifyInstance, library: Library): Promise<void> {
  await app.register(fastifyStatic, {
    root: library.root,
    prefix: `/${library.name}@${library.version}/`,
    decorateReply: false,
    index: false,
    immutable: true,
    maxAge: '365d',
    allowedPath: (path) => isServed(library, path.slice(1)),
    setHeaders: (reply, path) => {
      const type = TYPES[extname(path)]
      if (type !== undefined) reply.type(type)
    },
  })
}

function sendNotFound(reply: FastifyReply, wanted: string, libraries: readonly Library[]) {
  const versions = libraries.filter(({ name }) => wanted.startsWith(`${name}@`))
  const offered = (versions.length > 0 ? versions : libraries)
    .map(({ name, version }) => `${name}@${version}`)
    .join(', ')
  const message = `this box has no such version or package; it has ${offered}`
  return reply.code(404).header('cache-control', 'no-store').send({ error: 'Not Found', message })
}

function urlOf({ prefix }: FastifyInstance, name: string, version: string): string {
  return `${prefix}/${name}@${version}/`
}
