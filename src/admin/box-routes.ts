import type { FastifyInstance } from 'fastify'
import type { HealthMeter } from './health.ts'
import { HttpRefusal } from './http-refusal.ts'
import { LEVELS, type Level, type LogTail } from './log-tail.ts'
import type { NoteAction, StoreDesk } from './ports.ts'
import {
  count,
  described,
  listOf,
  number,
  objectOf,
  orNull,
  SESSION_ID,
  tally,
  text,
} from './schemas.ts'

const MAX_LOG_LINES = 500
const TAG = 'box'

const disk = objectOf({ usedBytes: number, freeBytes: number })
const health = {
  type: 'object',
  properties: {
    ...{ at: number, uptimeSeconds: number, versions: objectOf({ box: text, node: text }) },
    ...{ connections: count, sessions: count, missing: listOf(text), cpuPercent: number },
    ...{ memoryBytes: number, eventLoopDelayMs: objectOf({ mean: number, max: number }) },
    ...{ tickLatenessMs: number, journalLagMs: number, disk },
  },
} as const
const files = listOf(
  objectOf({ appId: orNull(text), snapshots: tally, data: tally, garbage: tally }),
)
const removed = { type: 'object', additionalProperties: tally } as const
const logQuery = {
  type: 'object',
  properties: {
    level: { type: 'string', enum: LEVELS, default: 'info' },
    session: SESSION_ID,
    text: { type: 'string', maxLength: 200, default: '' },
    limit: { type: 'integer', minimum: 1, maximum: MAX_LOG_LINES, default: 200 },
  },
} as const
const logLines = listOf(
  objectOf({
    ...{ number: count, level: text, time: text, message: text },
    fields: { type: 'object', additionalProperties: true },
  }),
)

interface LogQuery {
  readonly level: Level
  readonly session?: string
  readonly text: string
  readonly limit: number
}

export interface BoxRoutesOptions {
  readonly health: HealthMeter
  readonly store: StoreDesk
  readonly tail: LogTail
  readonly note: NoteAction
}

/** How the box is doing, what is on its disk, and what it has logged. */
export async function boxRoutes(app: FastifyInstance, options: BoxRoutesOptions) {
  const { health: meter, store, tail, note } = options

  app.get(
    '/health',
    { schema: described(TAG, 'getHealth', 'How the box is doing', { response: { 200: health } }) },
    () => meter.measure(),
  )

  app.get(
    '/files',
    {
      schema: described(TAG, 'surveyFiles', 'Uploads by app, and what of them is garbage', {
        response: { 200: files },
      }),
    },
    async () => (await store.surveyFiles()).map((each) => ({ ...each, appId: each.appId ?? null })),
  )

  app.delete(
    '/files/garbage',
    {
      schema: described(TAG, 'collectGarbage', 'Removes what nobody needs any more', {
        response: { 200: removed },
      }),
    },
    async (request) => {
      const report = await store.collectGarbage()
      if (!report) {
        throw new HttpRefusal(
          409,
          'garbage cannot be collected now: that is being done already, or the time of day has just jumped',
        )
      }
      note(request, 'garbage-collected', report)
      return report
    },
  )

  app.get<{ Querystring: LogQuery }>(
    '/log',
    {
      schema: described(TAG, 'readLog', 'The newest lines of the log, the oldest of them first', {
        querystring: logQuery,
        response: { 200: logLines },
      }),
    },
    async ({ query }) => {
      const { level, session: sessionId, text: words, limit } = query
      return tail.read({ level, sessionId, text: words }, limit)
    },
  )
}
