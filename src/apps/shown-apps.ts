import type { FastifyInstance } from 'fastify'
import type { ListedApp } from './app-list.ts'
import type { Crowd } from './people.ts'
import { SECURE_KINDS } from './secure-needs.ts'

const text = { type: 'string' } as const
const packageSchema = {
  type: 'object',
  required: ['name', 'host'],
  properties: { name: text, host: text },
} as const
const count = { type: 'integer', minimum: 0 } as const
/** A host that pages asked while people used them, and how many of them got something, or asked in vain. */
const askedSchema = {
  type: 'object',
  required: ['host', 'got', 'vain', 'unclear'],
  properties: { host: text, got: count, vain: count, unclear: count },
} as const
const mayBeText = { type: ['string', 'null'] } as const
const secureSchema = {
  type: ['array', 'null'],
  items: { type: 'string', enum: SECURE_KINDS },
} as const
/** What visitors are told of an app, too. */
const common = {
  required: ['kind', 'name', 'title', 'description', 'icon', 'picture', 'url', 'people', 'secure'],
  properties: {
    ...{ kind: text, name: text, title: text, description: text, url: text },
    ...{ icon: mayBeText, picture: mayBeText, people: count, secure: secureSchema },
  },
} as const
const appSchema = {
  type: 'object',
  required: [...common.required, 'needs', 'packages', 'notes', 'asked', 'origin', 'sharesBecause'],
  properties: {
    ...common.properties,
    needs: { type: 'array', items: text },
    packages: { type: 'array', items: packageSchema },
    notes: { type: 'array', items: text },
    asked: { type: 'array', items: askedSchema },
    origin: { type: ['string', 'null'], enum: ['own', 'shared', null] },
    sharesBecause: text,
  },
} as const
const shownAppsSchema = {
  type: 'object',
  required: ['apps'],
  properties: { apps: { type: 'array', items: appSchema } },
} as const
const publicAppSchema = {
  type: 'object',
  required: [...common.required, 'needsInternet'],
  properties: { ...common.properties, needsInternet: { type: 'boolean' } },
} as const
export const publicAppsSchema = {
  type: 'object',
  required: ['apps', 'people', 'sessions'],
  properties: {
    apps: { type: 'array', items: publicAppSchema },
    ...{ people: count, sessions: count },
  },
} as const

/** An app as visitors see it: nothing of the box's settings, and of the app's files its pictures alone. */
export interface PublicApp
  extends Pick<
    ListedApp,
    'kind' | 'name' | 'title' | 'description' | 'icon' | 'picture' | 'url' | 'people' | 'secure'
  > {
  /** whether it loads something from there, as far as its files tell */
  readonly needsInternet: boolean
}

/** What visitors are told of the box. */
export interface PublicApps extends Crowd {
  readonly apps: readonly PublicApp[]
}

export function publicApps(apps: readonly ListedApp[], crowd: Crowd): PublicApps {
  return {
    apps: apps.map((app) => {
      const { kind, name, title, description, icon, picture, url, people, secure, needs } = app
      const needsInternet = needs.length > 0
      return { kind, name, title, description, icon, picture, url, people, secure, needsInternet }
    }),
    ...crowd,
  }
}

export interface ShownAppsOptions {
  readonly shownApps: () => Promise<readonly ListedApp[]>
}

/** `/shown-apps`: what can be told of all apps, for the dashboard. */
export async function shownAppsRoutes(app: FastifyInstance, { shownApps }: ShownAppsOptions) {
  const schema = {
    ...{ tags: ['apps'], operationId: 'listShownApps' },
    summary: 'List apps and demos with what they need and what their owner may mend',
    description: 'Addresses are relative to the first page of the box.',
    response: { 200: shownAppsSchema },
  }
  app.get('/shown-apps', { schema }, async () => ({ apps: await shownApps() }))
}
