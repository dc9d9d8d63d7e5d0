import type { FastifyInstance } from 'fastify'
import { findingsOn } from './findings.ts'
import { HttpRefusal, sessionGone } from './http-refusal.ts'
import type { StoreDesk, Wanted } from './ports.ts'
import {
  count,
  described,
  listOf,
  number,
  objectOf,
  orNull,
  sessionParams,
  tally,
  text,
} from './schemas.ts'
import { hostOf, type ListOrder, lineOf, pageOf, SORT_KEYS } from './session-list.ts'
import { type SessionSources, sessionView } from './session-view.ts'

const MAX_PAGE = 1000
const TAG = 'sessions'

const lineProperties = {
  ...{ id: text, app: text, name: text, host: text, users: count, startedAt: number },
  ...{ messagesPerSecond: number, bytesPerSecond: number, joinMessages: count, joinBytes: count },
} as const
const partProperties = {
  filter: { type: 'string', maxLength: 200, default: '' },
  offset: { type: 'integer', minimum: 0, default: 0 },
  limit: { type: 'integer', minimum: 1, maximum: MAX_PAGE, default: 100 },
} as const
const listQuery = {
  type: 'object',
  properties: {
    ...partProperties,
    sort: { type: 'string', enum: SORT_KEYS, default: 'startedAt' },
    order: { type: 'string', enum: ['ascending', 'descending'], default: 'descending' },
  },
} as const
const parkedQuery = { type: 'object', properties: partProperties } as const
const parkedList = objectOf({
  total: count,
  sessions: listOf(
    objectOf({
      ...{ id: text, app: text, name: text, host: text, createdAt: number, visitedAt: number },
      snapshots: tally,
    }),
  ),
})
const list = objectOf({ total: count, sessions: listOf(objectOf(lineProperties)) })
const member = objectOf({
  ...{ connection: text, name: text, address: text, role: text, since: number },
  ...{ latencyMs: orNull(number), library: text, code: text, boxHost: text },
  ...{ messagesIn: count, bytesOut: count },
})
const view = objectOf({
  ...lineProperties,
  url: text,
  members: listOf(member),
  snapshots: listOf(objectOf({ at: number, time: number })),
  latencyMs: orNull(objectOf({ median: number, max: number })),
  vote: orNull(
    objectOf({ at: number, groups: listOf(objectOf({ hash: text, names: listOf(text) })) }),
  ),
  stored: listOf({
    type: 'object',
    required: ['time', 'createdAt'],
    properties: { time: number, createdAt: number, bytes: number },
  }),
})
const finding = objectOf({
  ...{ kind: text, level: text, title: text, detail: text, advice: text },
  sessions: listOf(text),
})

export interface SessionRoutesOptions extends SessionSources {
  readonly store: Pick<StoreDesk, 'snapshotsOf' | 'parkedSessions'>
  readonly wallTime: () => number
}

/** `/sessions`: what runs, and `/parked-sessions`: what waits for somebody to come back. */
export async function sessionRoutes(app: FastifyInstance, options: SessionRoutesOptions) {
  const { desk, chronicle, rates, store, wallTime } = options

  app.get<{ Querystring: ListOrder }>(
    '/sessions',
    {
      schema: described(TAG, 'listSessions', 'Running sessions, a page of them', {
        querystring: listQuery,
        response: { 200: list },
      }),
    },
    async ({ query }) =>
      pageOf(
        Array.from(desk.sessions(), (facts) => lineOf(facts, rates.ratesOf(facts))),
        query,
      ),
  )

  app.get<{ Querystring: Wanted }>(
    '/parked-sessions',
    {
      schema: described(TAG, 'listParkedSessions', 'Sessions that nobody is in, a page of them', {
        querystring: parkedQuery,
        response: { 200: parkedList },
      }),
    },
    async ({ query }) => {
      const { total, sessions } = await store.parkedSessions(query)
      const lines = sessions.map(({ appId, pageUrl, ...session }) => ({
        ...session,
        app: appId ?? '',
        host: hostOf(pageUrl),
      }))
      return { total, sessions: lines }
    },
  )

  app.get<{ Params: { sessionId: string } }>(
    '/sessions/:sessionId',
    {
      schema: described(TAG, 'getSession', 'A running session and who is in it', {
        params: sessionParams,
        response: { 200: view },
      }),
    },
    async ({ params: { sessionId } }) => {
      const seen = sessionView(sessionId, options)
      if (!seen) throw sessionGone()
      return { ...seen, stored: await store.snapshotsOf(sessionId) }
    },
  )

  app.get<{ Params: { sessionId: string } }>(
    '/sessions/:sessionId/findings',
    {
      schema: described(TAG, 'explainSession', 'Why people may not see each other there', {
        params: sessionParams,
        response: { 200: listOf(finding) },
      }),
    },
    async ({ params: { sessionId } }) => {
      const story = chronicle.story(sessionId)
      if (!story) throw new HttpRefusal(404, 'the box remembers no such session')
      const members = desk.members(sessionId)
      return findingsOn({ story, stories: chronicle.stories(), members, now: wallTime() })
    },
  )
}
