import fastifySse from '@fastify/sse'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { HttpRefusal } from './http-refusal.ts'
import { LEVELS, type Level } from './log-tail.ts'
import { described, SESSION_ID } from './schemas.ts'
import { MAX_VIEWERS, type Sink, type Viewers, type ViewOrder } from './viewers.ts'

/** Lines of the table that fit on a tall screen. */
const MAX_ROWS = 100
/** A browser that lost the box asks again after this (ms). */
const RETRY_MS = 2000

/** Its types say that the plugin is the module's `default`; it is the module. */
const sse = fastifySse as unknown as FastifyPluginAsync

const eventsQuery = {
  type: 'object',
  properties: {
    sessions: { type: 'string', enum: ['page'] },
    rows: { type: 'string', maxLength: 44 * MAX_ROWS, pattern: '^[\\w,-]*$', default: '' },
    session: SESSION_ID,
    log: { type: 'string', enum: LEVELS },
    text: { type: 'string', maxLength: 200, default: '' },
  },
} as const

interface EventsQuery {
  readonly sessions?: 'page'
  readonly rows: string
  readonly session?: string
  readonly log?: Level
  readonly text: string
}

export interface EventRoutesOptions {
  readonly viewers: Viewers
  /** whether that by which a request was let in still holds */
  readonly isGood: (request: FastifyRequest) => boolean
}

/** `/events`: what is new of what a dashboard shows, as server-sent events. */
export async function eventRoutes(app: FastifyInstance, { viewers, isGood }: EventRoutesOptions) {
  await app.register(sse)
  app.addHook('preClose', async () => viewers.close())

  app.get<{ Querystring: EventsQuery }>(
    '/events',
    {
      sse: { kind: 'only', heartbeat: false },
      schema: described('box', 'watch', 'What is new, once a second, of what the query names', {
        querystring: eventsQuery,
      }),
    },
    async (request, reply) => {
      if (viewers.isFull) {
        throw new HttpRefusal(
          503,
          `${MAX_VIEWERS} dashboards are open already: close one of them first`,
        )
      }
      // A proxy that gathers what is sent would hold it back.
      reply.header('x-accel-buffering', 'no')
      reply.sse.keepAlive()
      await reply.sse.send({ retry: RETRY_MS, data: {} })
      const remove = viewers.add(
        orderOf(request.query),
        sinkOf(reply, () => isGood(request)),
      )
      reply.sse.onClose(remove)
    },
  )
}

function orderOf({ sessions, rows, session, log, text }: EventsQuery): ViewOrder {
  return {
    showsSessions: sessions === 'page',
    rows: rows
      .split(',')
      .filter((id) => id !== '')
      .slice(0, MAX_ROWS),
    sessionId: session,
    log: log && { level: log, sessionId: session, text },
  }
}

function sinkOf({ raw, sse }: FastifyReply, isGood: () => boolean): Sink {
  return {
    get isGood() {
      return isGood()
    },
    get isReady() {
      return !raw.writableNeedDrain
    },
    // It rejects if the viewer has gone meanwhile, which it tells as well.
    send: (event, data) => void sse.send({ event, data }).catch(() => {}),
    end: () => sse.close(),
  }
}
