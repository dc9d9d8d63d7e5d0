import type { FastifyInstance } from 'fastify'
import type { TurnedAway } from '../access/turned-away.ts'
import type { NoteAction } from './ports.ts'
import { count, described, listOf, number, objectOf, orNull, text } from './schemas.ts'

const TAG = 'box'

const turnedAwayList = listOf(
  objectOf({
    ...{ address: text, origin: orNull(text), app: orNull(text), program: orNull(text) },
    asked: { type: 'string', enum: ['session', 'page', 'file', 'other'] },
    ...{ why: text, remedy: text, times: count, firstAt: number, lastAt: number },
  }),
)

export interface TurnedAwayRoutesOptions {
  readonly turnedAway: TurnedAway
  readonly note: NoteAction
}

/** `/turned-away`: who was not let in of late, why, and what to do about it. */
export async function turnedAwayRoutes(
  app: FastifyInstance,
  { turnedAway, note }: TurnedAwayRoutesOptions,
) {
  app.get(
    '/turned-away',
    {
      schema: described(
        TAG,
        'listTurnedAway',
        'Who was turned away of late, the last of them first',
        {
          response: { 200: turnedAwayList },
        },
      ),
    },
    async () => turnedAway.list(),
  )

  app.delete(
    '/turned-away',
    {
      schema: described(TAG, 'forgetTurnedAway', 'Empties the list of those who were turned away', {
        response: { 204: { type: 'null' } },
      }),
    },
    async (request, reply) => {
      turnedAway.clear()
      note(request, 'turned-away-forgotten', {})
      return reply.code(204).send()
    },
  )
}
