import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Pass } from '../access/pass.ts'
import { RequestError } from '../access/request-error.ts'
import type { DownloadTickets } from './download-tickets.ts'
import { HttpRefusal } from './http-refusal.ts'
import type { BackupRun, NoteAction } from './ports.ts'
import { described, objectOf, text } from './schemas.ts'

const ticketSchema = objectOf({
  path: { ...text, description: 'below /api/v1/: good once, within a minute' },
})
const ticketParams = {
  type: 'object',
  required: ['ticket'],
  properties: { ticket: { type: 'string', maxLength: 100 } },
} as const

export interface BackupRoutesOptions {
  /** Begins to make a backup, beside the box. */
  readonly startBackup: () => BackupRun
  readonly wallTime: () => number
  readonly note: NoteAction
  /** what a request was let in by */
  readonly passOf: (request: FastifyRequest) => Pass
  readonly tickets: DownloadTickets
}

/** `/backup`: the whole box as a download. */
export async function backupRoutes(app: FastifyInstance, options: BackupRoutesOptions) {
  const { passOf, tickets } = options
  const runs = new Set<BackupRun>()
  app.addHook('preClose', async () => {
    for (const run of runs) run.stop()
  })

  app.get(
    '/backup',
    { schema: described('box', 'backUp', 'A backup of all that the box knows, as a tar', {}) },
    (request, reply) => sendBackup(request, reply, { ...options, runs, who: passOf(request).who }),
  )

  app.post(
    '/backup',
    {
      schema: described('box', 'prepareBackup', 'Where a browser can save a backup', {
        response: { 201: ticketSchema },
      }),
    },
    async (request, reply) =>
      reply.code(201).send({ path: `backup/${tickets.make(passOf(request))}` }),
  )

  app.get<{ Params: { ticket: string } }>(
    '/backup/:ticket',
    {
      schema: {
        ...described('box', 'saveBackup', 'A backup, for who has prepared it', {
          params: ticketParams,
        }),
        security: [],
      },
    },
    async (request, reply) => {
      const pass = tickets.use(request.params.ticket)
      if (!pass) throw new RequestError(410, 'this download is over: begin it again')
      return sendBackup(request, reply, { ...options, runs, who: pass.who })
    },
  )
}

async function sendBackup(
  request: FastifyRequest,
  reply: FastifyReply,
  {
    startBackup,
    wallTime,
    note,
    runs,
    who,
  }: BackupRoutesOptions & { readonly runs: Set<BackupRun>; readonly who: string },
): Promise<FastifyReply> {
  if (runs.size > 0) throw new HttpRefusal(409, 'a backup is being made: wait until it is done')
  const run = startBackup()
  runs.add(run)
  const forget = () => runs.delete(run)
  run.done.then(forget, forget)
  reply.raw.once('close', () => run.stop())
  await run.begun.catch((cause: Error) => {
    throw new HttpRefusal(503, cause.message, { cause })
  })
  // What is not whole must not look as if it were.
  run.done.catch(() => reply.raw.destroy())
  note(request, 'backup-made', { who })
  const name = `box-${new Date(wallTime()).toISOString().slice(0, 10)}.tar`
  return (
    reply
      // A proxy that gathers what is sent would need as much room.
      .header('x-accel-buffering', 'no')
      .header('content-disposition', `attachment; filename="${name}"`)
      .type('application/x-tar')
      .send(run.tar)
  )
}
