// JSON schemas of what the routes of apps take and answer.

const text = { type: 'string' } as const
const count = { type: 'integer' } as const
const name = {
  ...text,
  description: 'small letters a to z, digits and hyphens, 64 at most, a letter or digit first',
} as const
const id = { ...text, description: 'when it was deployed: 20260131-235959-123' } as const

const releaseProperties = {
  id,
  createdAt: { ...text, format: 'date-time' },
  by: { ...text, description: 'who deployed it; empty if nobody knows' },
  files: count,
  bytes: count,
  title: { ...text, description: "of its page; the app's name if it has none" },
} as const
const releaseSchema = {
  type: 'object',
  required: Object.keys(releaseProperties),
  properties: releaseProperties,
} as const

const originProperties = {
  origin: {
    type: ['string', 'null'],
    enum: ['own', 'shared', null],
    description: 'whether no other app has its origin; null: walls between apps are not asked for',
  },
  sharesBecause: { ...text, description: 'why it shares an origin; empty: no reason to tell' },
} as const

const appProperties = {
  name,
  url: { ...text, description: 'where visitors open it' },
  ...originProperties,
  title: releaseProperties.title,
  icon: { ...text, description: 'path of a file of the active release; empty: it has none' },
  active: { ...id, description: 'the release that visitors get' },
  releases: { type: 'array', items: releaseSchema, description: 'the newest first' },
} as const
export const appSchema = {
  type: 'object',
  required: Object.keys(appProperties),
  properties: appProperties,
} as const
export const appsSchema = { type: 'array', items: appSchema } as const

const deployedProperties = {
  app: name,
  release: id,
  url: appProperties.url,
  ...originProperties,
  files: count,
  bytes: count,
  skipped: {
    type: 'array',
    items: text,
    description: 'files and folders that are never served, such as .git/ and .env',
  },
} as const
export const deployedSchema = {
  type: 'object',
  required: Object.keys(deployedProperties),
  properties: deployedProperties,
} as const

export const refusalSchema = {
  type: 'object',
  required: ['error', 'message'],
  properties: { error: text, message: text },
} as const

export const nameParams = { type: 'object', required: ['name'], properties: { name } } as const
export const deployQuery = {
  type: 'object',
  properties: {
    asIs: { type: 'boolean', description: 'take it though it seems that it is not built yet' },
  },
} as const
export const releaseParams = {
  type: 'object',
  required: ['name', 'release'],
  properties: { name, release: id },
} as const
export const activeBody = {
  type: 'object',
  required: ['release'],
  properties: { release: { ...id, maxLength: 100 } },
} as const
