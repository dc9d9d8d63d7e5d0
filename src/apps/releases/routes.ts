import fastifyMultipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { discardBody } from '../../files/discard-body.ts'
import type { AppOrigins } from '../origins/app-origins.ts'
import {
  activeBody,
  appSchema,
  appsSchema,
  deployedSchema,
  deployQuery,
  nameParams,
  refusalSchema,
  releaseParams,
} from './answers.ts'
import { parseAppName } from './app-name.ts'
import { type AppStore, noApp } from './app-store.ts'
import { Deployments } from './deployments.ts'
import { filesIn } from './form.ts'
import type { HostedApp } from './hosted-apps.ts'
import { type ReleaseLimits, type Room, tooLarge } from './release-writer.ts'

/** What a form has besides its files, in each of its parts and around them. */
const FORM_BYTES = 10_000_000
/** So much of a body that was refused is read for nothing, so that the answer arrives. */
const UNWANTED_BYTES = 16_000_000
const tags = ['apps']

export interface AppRoutesOptions {
  readonly store: AppStore
  readonly limits: ReleaseLimits
  readonly room: Room
  readonly origins: Pick<AppOrigins, 'of' | 'urlOf' | 'settled'>
  /** Who asks, in the words of the audit log. */
  readonly whoOf: (request: FastifyRequest) => string
  /** Takes down what was done, and by whom. */
  readonly note: (event: string, request: FastifyRequest, details: object) => void
  /** where apps are for who asks; ends with a slash */
  readonly appUrl: (request: FastifyRequest) => string
}

interface AppParams {
  readonly Params: { readonly name: string }
}
interface DeployParams extends AppParams {
  readonly Querystring: { readonly asIs?: boolean }
}
interface ReleaseParams {
  readonly Params: { readonly name: string; readonly release: string }
}

/** `/apps`: deploys, lists, rolls back and deletes apps. Whoever asks was found to be an admin at the door. */
export async function appRoutes(app: FastifyInstance, options: AppRoutesOptions) {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  await app.register(deployRoute, options)
  readRoutes(app, options)
  changeRoutes(app, options)
}

async function deployRoute(app: FastifyInstance, options: AppRoutesOptions) {
  const { store, limits, room, origins, whoOf, note, appUrl } = options
  const deployments = new Deployments({ store, limits, room })
  app.addHook('preClose', () => deployments.close())
  app.addHook('onSend', async ({ raw }, { statusCode }) => {
    if (statusCode >= 400) discardBody(raw, UNWANTED_BYTES)
  })
  app.removeAllContentTypeParsers()
  const mostParts = limits.maxEntries + 1
  await app.register(fastifyMultipart, {
    // Whoever takes the files counts: here, a file that is too large would be cut off and look whole.
    limits: { fileSize: Number.POSITIVE_INFINITY, parts: mostParts, files: mostParts },
    throwFileSizeLimit: false,
  })
  // Whatever else is sent is refused in words, unread.
  app.addContentTypeParser('*', (_request, _body, done) => done(null))

  const schema = {
    ...{ tags, operationId: 'deployApp', summary: 'Deploy an app' },
    description:
      'A multipart form with either one zip, tar or tar.gz, or the files of the app, each in a field with the name of its path. It is active at once. ' +
      'Sources that have to be built first are refused with status 422, unless `asIs` says that they are meant.',
    consumes: ['multipart/form-data'],
    params: nameParams,
    querystring: deployQuery,
    response: { 201: deployedSchema, '4xx': refusalSchema, '5xx': refusalSchema },
  }
  app.post<DeployParams>('/apps/:name', { schema }, async (request, reply) => {
    const name = parseAppName(request.params.name)
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > limits.maxBytes + FORM_BYTES) throw tooLarge(limits.maxBytes)
    const { release, skipped } = await deployments.deploy(name, {
      ...{ by: whoOf(request), files: filesIn(request, deployments.signal) },
      isAsItIs: request.query.asIs ?? false,
    })
    const { id, files: count, bytes } = release
    note('app-deployed', request, { app: name, release: id, files: count, bytes })
    await origins.settled()
    const place = placeOf(name, appUrl(request), origins)
    const answer = { app: name, release: id, ...place, files: count, bytes, skipped }
    return reply.code(201).send(answer)
  })
}

function readRoutes(app: FastifyInstance, { store, origins, appUrl }: AppRoutesOptions): void {
  const listSchema = {
    ...{ tags, operationId: 'listApps', summary: 'List the apps' },
    response: { 200: appsSchema },
  }
  app.get('/apps', { schema: listSchema }, async (request) =>
    store.list().map((hosted) => answerOf(hosted, appUrl(request), origins)),
  )

  const oneSchema = {
    ...{ tags, operationId: 'getApp', summary: 'Look at an app and its releases' },
    params: nameParams,
    response: { 200: appSchema, '4xx': refusalSchema },
  }
  app.get<AppParams>('/apps/:name', { schema: oneSchema }, async (request) =>
    answerOf(appOf(store, parseAppName(request.params.name)), appUrl(request), origins),
  )
}

function changeRoutes(
  app: FastifyInstance,
  { store, origins, note, appUrl }: AppRoutesOptions,
): void {
  const activateSchema = {
    ...{ tags, operationId: 'activateRelease', summary: 'Roll back: activate another release' },
    ...{ params: nameParams, body: activeBody },
    response: { 200: appSchema, '4xx': refusalSchema, '5xx': refusalSchema },
  }
  app.put<AppParams & { readonly Body: { readonly release: string } }>(
    '/apps/:name/active',
    { schema: activateSchema },
    async (request) => {
      const name = parseAppName(request.params.name)
      const { id } = await store.activate(name, request.body.release)
      note('app-activated', request, { app: name, release: id })
      return answerOf(appOf(store, name), appUrl(request), origins)
    },
  )

  const removeReleaseSchema = {
    ...{ tags, operationId: 'deleteRelease', summary: 'Delete a release that is not active' },
    params: releaseParams,
    response: { 200: appSchema, '4xx': refusalSchema, '5xx': refusalSchema },
  }
  app.delete<ReleaseParams>(
    '/apps/:name/releases/:release',
    { schema: removeReleaseSchema },
    async (request) => {
      const name = parseAppName(request.params.name)
      const { id } = await store.removeRelease(name, request.params.release)
      note('release-deleted', request, { app: name, release: id })
      return answerOf(appOf(store, name), appUrl(request), origins)
    },
  )

  const removeSchema = {
    ...{ tags, operationId: 'deleteApp', summary: 'Delete an app with all its releases' },
    params: nameParams,
    response: { 204: { type: 'null' }, '4xx': refusalSchema, '5xx': refusalSchema },
  }
  app.delete<AppParams>('/apps/:name', { schema: removeSchema }, async (request, reply) => {
    const name = parseAppName(request.params.name)
    await store.remove(name)
    note('app-deleted', request, { app: name })
    return reply.code(204).send()
  })
}

function appOf(store: AppStore, name: string): HostedApp {
  const hosted = store.find(name)
  if (!hosted) throw noApp(name)
  return hosted
}

function answerOf(
  { name, active, releases }: HostedApp,
  appUrl: string,
  origins: AppRoutesOptions['origins'],
) {
  const titled = releases.map((release) => ({ ...release, title: release.title || name }))
  const { id, icon, title } = active
  return {
    name,
    ...placeOf(name, appUrl, origins),
    title: title || name,
    icon,
    active: id,
    releases: titled,
  }
}

/** Where visitors open it, and who else is at that origin. */
function placeOf(name: string, appUrl: string, origins: AppRoutesOptions['origins']) {
  const { kind, because } = origins.of(name)
  const base = origins.urlOf(name, appUrl) ?? appUrl
  return { url: `${base}apps/${name}/`, origin: kind ?? null, sharesBecause: because }
}
