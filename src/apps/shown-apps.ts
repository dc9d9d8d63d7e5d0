import type { FastifyInstance } from 'fastify'
import type { ListedApp } from './app-list.ts'

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
const appSchema = {
  type: 'object',
  required: [
    ...['kind', 'name', 'title', 'description', 'icon', 'url', 'people', 'needs', 'packages'],
    ...['notes', 'asked', 'origin', 'sharesBecause'],
  ],
  properties: {
    ...{ kind: text, name: text, title: text, description: text, url: text },
    icon: { type: ['string', 'null'] },
    people: { type: 'integer' },
    needs: { type: 'array', items: text },
    packages: { type: 'array', items: packageSchema },
    notes: { type: 'array', items: text },
    asked: { type: 'array', items: askedSchema },
    origin: { type: ['string', 'null'], enum: ['own', 'shared', null] },
    sharesBecause: text,
  },
} as const
/** What visitors are shown. */
export const shownAppsSchema = {
  type: 'object',
  required: ['apps'],
  properties: { apps: { type: 'array', items: appSchema } },
} as const

export interface ShownAppsOptions {
  readonly shownApps: () => Promise<readonly ListedApp[]>
}

/** `/shown-apps`: the apps as visitors see them, for the dashboard, which cannot ask at their origin. */
export async function shownAppsRoutes(app: FastifyInstance, { shownApps }: ShownAppsOptions) {
  const schema = {
    ...{ tags: ['apps'], operationId: 'listShownApps' },
    summary: 'List apps and demos as visitors see them',
    description: 'Addresses are relative to the first page of the box.',
    response: { 200: shownAppsSchema },
  }
  app.get('/shown-apps', { schema }, async () => ({ apps: await shownApps() }))
}
