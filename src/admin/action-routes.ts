import type { FastifyInstance } from 'fastify'
import { HttpRefusal, sessionGone } from './http-refusal.ts'
import type { NoteAction, SessionDesk, StoreDesk } from './ports.ts'
import { count, described, objectOf, SESSION_ID, sessionParams, text } from './schemas.ts'

const MAX_NOTICE_LENGTH = 500
/** How long clients show a notice that show it themselves (ms): so long, and more for each character. */
const SHOW_MS = 10_000
const SHOW_MS_PER_CHARACTER = 80
const TAG = 'actions'

const notice = {
  type: 'object',
  required: ['text'],
  properties: {
    text: { type: 'string', minLength: 1, maxLength: MAX_NOTICE_LENGTH, pattern: '\\S' },
  },
} as const
const memberParams = {
  type: 'object',
  required: ['sessionId', 'connection'],
  properties: { sessionId: SESSION_ID, connection: text },
} as const
const asked = objectOf({ asked: count })
const noticeCounts = objectOf({
  id: { ...count, description: 'by which to ask how it gets on' },
  told: { ...count, description: 'connections that it was sent to' },
  seen: {
    ...count,
    description:
      'of these, pages that have said so far that it was on the screen; pages of other servers and ' +
      'programs never say so, and tabs in the background when they come to the front',
  },
})
const noticeParams = {
  type: 'object',
  required: ['sessionId', 'notice'],
  properties: { sessionId: SESSION_ID, notice: { type: 'integer', minimum: 1 } },
} as const
const done = objectOf({ message: text })

interface SessionParams {
  readonly Params: { readonly sessionId: string }
}

export interface ActionRoutesOptions {
  readonly desk: SessionDesk
  readonly store: Pick<StoreDesk, 'removeSession'>
  /** why nothing can be stored at the moment, in words; empty: it can */
  readonly missing: () => readonly string[]
  readonly note: NoteAction
}

/** What can be done to a session, and to who is in it. All of it is noted for the audit. */
export async function actionRoutes(app: FastifyInstance, options: ActionRoutesOptions) {
  await app.register(gentleRoutes, options)
  await app.register(endingRoutes, options)
}

async function gentleRoutes(app: FastifyInstance, { desk, note }: ActionRoutesOptions) {
  app.post<SessionParams>(
    '/sessions/:sessionId/snapshot',
    {
      schema: described(TAG, 'askForSnapshot', 'Asks the clients of a session for a snapshot', {
        params: sessionParams,
        response: { 202: asked },
      }),
    },
    async (request, reply) => {
      const { sessionId } = request.params
      const asked = desk.askForSnapshot(sessionId)
      if (asked === undefined) throw sessionGone()
      if (asked === 0) {
        throw new HttpRefusal(409, 'nobody is in this session who could make a snapshot')
      }
      note(request, 'snapshot-asked', { sessionId, asked })
      return reply.code(202).send({ asked })
    },
  )

  app.post<SessionParams & { Body: { text: string } }>(
    '/sessions/:sessionId/notices',
    {
      schema: described(TAG, 'sendNotice', 'Shows a text to everybody in a session', {
        params: sessionParams,
        body: notice,
        response: { 200: noticeCounts },
      }),
    },
    async (request) => {
      const { sessionId } = request.params
      const { text: msg } = request.body
      const duration = SHOW_MS + SHOW_MS_PER_CHARACTER * msg.length
      const options = { level: 'warning', duration } as const
      const counts = desk.inform(sessionId, { code: 'NOTICE', msg, options })
      if (counts === undefined) throw sessionGone()
      const { told } = counts
      if (told === 0) throw new HttpRefusal(409, 'nobody is in this session any more')
      note(request, 'notice-sent', { sessionId, text: msg, told })
      return counts
    },
  )

  app.get<{ Params: { readonly sessionId: string; readonly notice: number } }>(
    '/sessions/:sessionId/notices/:notice',
    {
      schema: described(TAG, 'noticeCounts', 'How many pages have shown a notice by now', {
        params: noticeParams,
        response: { 200: noticeCounts },
      }),
    },
    async ({ params: { sessionId, notice } }) => {
      const counts = desk.notice(sessionId, notice)
      if (counts) return counts
      throw new HttpRefusal(404, 'there is no such notice: it was sent too long ago')
    },
  )
}

async function endingRoutes(app: FastifyInstance, options: ActionRoutesOptions) {
  const { desk, store, missing, note } = options
  const refuseWhileStalled = () => {
    const [reason] = missing()
    if (reason !== undefined) throw new HttpRefusal(503, `${reason}: try again when it can`)
  }

  app.delete<{ Params: { readonly sessionId: string; readonly connection: string } }>(
    '/sessions/:sessionId/members/:connection',
    {
      schema: described(TAG, 'disconnectMember', 'Disconnects somebody from a session', {
        params: memberParams,
        response: { 200: done },
      }),
    },
    async (request) => {
      const { sessionId, connection } = request.params
      const isDone = desk.disconnect(sessionId, connection)
      if (isDone === undefined) throw sessionGone()
      if (!isDone) throw new HttpRefusal(404, 'they are not in this session any more')
      note(request, 'member-disconnected', { sessionId, connection })
      return { message: 'disconnected' }
    },
  )

  app.post<SessionParams>(
    '/sessions/:sessionId/close',
    {
      schema: described(TAG, 'closeSession', 'Disconnects everybody; what they made is kept', {
        params: sessionParams,
        response: { 200: done },
      }),
    },
    async (request) => {
      const { sessionId } = request.params
      refuseWhileStalled()
      if (!(await desk.close(sessionId))) throw sessionGone()
      note(request, 'session-closed', { sessionId })
      return { message: 'closed' }
    },
  )

  app.delete<SessionParams>(
    '/sessions/:sessionId',
    {
      schema: described(TAG, 'deleteSession', 'Disconnects everybody and forgets what they made', {
        params: sessionParams,
        response: { 200: done },
      }),
    },
    async (request) => {
      const { sessionId } = request.params
      refuseWhileStalled()
      const isRemoved = await desk.remove(sessionId, () => store.removeSession(sessionId))
      if (!isRemoved) throw new HttpRefusal(404, 'there is no such session: it was deleted before')
      note(request, 'session-deleted', { sessionId })
      return { message: 'deleted' }
    },
  )
}
