import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AdaptedFile } from './adapt-file.ts'
import { isScript } from './adaptable.ts'
import { Adaptations } from './adaptations.ts'
import { type Located, locate } from './app-files.ts'
import type { AppFolder, AppFolders } from './app-folders.ts'
import { AppList } from './app-list.ts'
import { isolationHeaders } from './app-settings.ts'
import { AskedHosts } from './asked-hosts.ts'
import type { ClientVersions } from './client-address.ts'
import { isKnown } from './etag.ts'
import { findLibraries } from './library.ts'
import type { AppOrigins } from './origins/app-origins.ts'
import { ownScripts } from './own-scripts.ts'
import { type PackedFile, packedFileAt } from './packed-file.ts'
import { type PageRoutesOptions, pageRoutes } from './page-routes.ts'
import { crowdIn, type RunningSession } from './people.ts'
import { SettingsOfApps } from './settings-of.ts'
import { publicApps, publicAppsSchema } from './shown-apps.ts'
import { Surveys } from './surveys.ts'
import { mustUnpack, packedHeaders, Unpacker } from './unpacker.ts'
import { Workshop } from './workshop.ts'

/** Page of an app, by hand or by a builder, for addresses where it has nothing. */
const OWN_MISSING_PAGE = '404.html'
const JAVASCRIPT = 'text/javascript; charset=utf-8'

const text = { type: 'string' } as const
const paramsSchema = {
  type: 'object',
  required: ['name'],
  properties: { name: text, '*': text },
} as const

export interface HostingOptions {
  readonly folders: AppFolders
  readonly origins: AppOrigins
  /** absolute path of the folder that is served at `/` */
  readonly webDir: string
  readonly sessions: () => Iterable<RunningSession>
  /** of those who use pages of apps */
  readonly visitors: Pick<PageRoutesOptions, 'accountOf' | 'watches'>
  /** told who knows the apps, when that is ready */
  readonly onList?: (list: Pick<AppList, 'get'>) => void
  /** answers what an app asks for that it has in its own `apps/`; tells whether it did */
  readonly leadElsewhere: (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>
  /** what people see where there is nothing */
  readonly missingPage: (request: FastifyRequest) => MissingPage
}

export interface MissingPage {
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** An answer that knows how its file is compressed. */
interface PackedReply extends FastifyReply {
  packed?: PackedFile | undefined
}

type AppRequest = FastifyRequest<{ Params: { name: string; '*': string } }>

/** `/apps` lists the apps, `/apps/<name>/…` are their files. */
export async function hostingRoutes(app: FastifyInstance, options: HostingOptions) {
  const { folders, leadElsewhere, missingPage } = options
  const asked = new AskedHosts(() => performance.now())
  const { list, ...makers } = await makeParts(app, options, asked)
  options.onList?.(list)
  await app.register(pageRoutes, { folders, asked, ...options.visitors })
  const shelf = { folders, missingPage, ...makers }
  await app.register(fastifyStatic, {
    serve: false,
    dotfiles: 'ignore',
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const { packed } = reply as PackedReply
      if (packed) reply.headers(packedHeaders(reply.request, packed))
      else if (isScript(path)) reply.type(JAVASCRIPT)
    },
  })
  app.setNotFoundHandler(async (request, reply) =>
    (await leadElsewhere(request, reply)) ? reply : sendMissing(request, reply, shelf),
  )

  const listing = {
    prefixTrailingSlash: 'no-slash',
    schema: { response: { 200: publicAppsSchema } },
  } as const
  app.get('/', listing, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return publicApps(await list.get(), crowdIn(options.sessions()))
  })
  app.get('/', { prefixTrailingSlash: 'slash' }, (_request, reply) => reply.redirect('../'))

  for (const [path, script] of await ownScripts(makers.versions)) {
    app.get(path.slice(app.prefix.length), (_request, reply) =>
      reply.headers({ 'cache-control': 'no-cache' }).type(JAVASCRIPT).send(script),
    )
  }

  app.get<{ Params: { name: string } }>(
    '/:name',
    { schema: { params: paramsSchema } },
    async (request, reply) => {
      if (!(await folders.has(request.params.name))) return reply.callNotFound()
      return reply.redirect(withSlash(request), 301)
    },
  )

  app.get<{ Params: { name: string; '*': string } }>(
    '/:name/*',
    { schema: { params: paramsSchema } },
    async (request, reply) => {
      const folder = folders.find(request.params.name)
      const located = folder && (await locate(folder.root, request.params['*']))
      if (!located) return reply.callNotFound()
      if (located.kind === 'folder') return reply.redirect(withSlash(request), 301)
      if (located.kind === 'page') return sendToPage(request, reply)
      return sendFile(request, reply, { folder, located, ...shelf })
    },
  )
}

/** What files of apps are served with. */
interface Shelf extends Pick<HostingOptions, 'folders' | 'missingPage'> {
  readonly adaptations: Adaptations
  readonly versions: ClientVersions
  readonly settings: SettingsOfApps
  readonly unpacker: Unpacker
}

async function makeParts(
  app: FastifyInstance,
  { folders, origins, webDir, sessions }: HostingOptions,
  asked: AskedHosts,
): Promise<Omit<Shelf, 'folders' | 'missingPage'> & { readonly list: AppList }> {
  const libraries = await findLibraries()
  const versions = Object.fromEntries(libraries.map(({ name, version }) => [name, version]))
  const workshop = new Workshop()
  app.addHook('onClose', () => workshop.close())
  const now = () => performance.now()
  const surveys = new Surveys({
    ...{ workshop, versions, now },
    onFailure: (err, folder) => app.log.warn({ err, folder }, 'app could not be looked at'),
  })
  const adaptations = new Adaptations(workshop, (err, file) =>
    app.log.warn({ err, file }, 'file is served as it is: it could not be adapted'),
  )
  const list = new AppList({ folders, origins, surveys, asked, webDir, sessions, now })
  const stopListening = folders.onChange(() => list.forget())
  app.addHook('onClose', async () => stopListening())
  const settings = new SettingsOfApps((error, name) =>
    app.log.warn({ app: name }, `${error.message}: nothing of it is done`),
  )
  return { adaptations, versions, settings, unpacker: new Unpacker(), list }
}

interface Asked extends Shelf {
  readonly folder: AppFolder
  readonly located: Extract<Located, { kind: 'file' }>
}

/** Names of files carry no version that the box could rely on: browsers ask each time whether theirs is right. */
async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
): Promise<FastifyReply> {
  const { folder, located, settings } = asked
  reply.headers({ 'cache-control': 'no-cache', ...isolationHeaders(await settings.of(folder)) })
  const adapted = await adaptedFile(request, asked)
  if (!adapted) return sendAsIs(request, reply, join(folder.root, located.path), asked)
  reply.header('etag', adapted.etag)
  if (isKnown(request, adapted.etag) && reply.statusCode === 200) return reply.code(304).send()
  return reply.header('content-type', typeOf(located.path, adapted)).send(adapted.body)
}

async function adaptedFile(
  request: FastifyRequest,
  { folder, located, adaptations, versions }: Asked,
): Promise<AdaptedFile | undefined> {
  const file = join(folder.root, located.path)
  const [path = ''] = request.url.split('?', 1)
  const start = `/apps/${encodeURIComponent(folder.name)}/`
  const { root } = folder
  return adaptations.of({ file, root, path, start, versions }, located.stats)
}

function typeOf(path: string, { charset }: AdaptedFile): string {
  const type = isScript(path) ? 'text/javascript' : 'text/html'
  return charset === undefined ? type : `${type}; charset=${charset}`
}

async function sendAsIs(
  request: FastifyRequest,
  reply: PackedReply,
  path: string,
  { folder, located, unpacker }: Asked,
): Promise<FastifyReply> {
  const packed = await packedFileAt(path)
  if (packed && mustUnpack(request, packed)) {
    return unpacker.send(request, reply, packed, { path, stats: located.stats })
  }
  reply.packed = packed
  return reply.sendFile(located.path, folder.root)
}

/** To the same address with a slash: relative, so that it stays under whatever prefix it came. */
function withSlash({ url }: FastifyRequest): string {
  const [path = ''] = url.split('?', 1)
  return `./${path.slice(path.lastIndexOf('/') + 1)}/${url.slice(path.length)}`
}

/** To the same address without its slash. Nobody keeps that: there may be a folder with a page another time. */
function sendToPage({ url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ''] = url.split('?', 1)
  const bare = path.slice(0, -1)
  reply.header('cache-control', 'no-store')
  return reply.redirect(`..${bare.slice(bare.lastIndexOf('/'))}${url.slice(path.length)}`, 307)
}

async function sendMissing(
  request: FastifyRequest,
  reply: FastifyReply,
  shelf: Shelf,
): Promise<FastifyReply> {
  reply.code(404)
  const isForPerson = (request.headers.accept ?? '').includes('text/html')
  if (!isForPerson) {
    const [path] = request.url.split('?', 1)
    const message = `there is nothing at ${request.method} ${path}`
    return reply.header('cache-control', 'no-store').send({ error: 'Not Found', message })
  }
  const { name = '' } = (request as AppRequest).params
  const folder = shelf.folders.find(name)
  const located = folder && (await locate(folder.root, OWN_MISSING_PAGE))
  if (folder && located?.kind === 'file') {
    return sendFile(request, reply, { folder, located, ...shelf })
  }
  const { headers, html } = shelf.missingPage(request)
  return reply.headers({ ...headers, 'cache-control': 'no-store' }).send(html)
}
