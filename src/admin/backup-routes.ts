import type { FastifyInstance } from 'fastify'
import { HttpRefusal } from './http-refusal.ts'
import type { BackupRun, NoteAction } from './ports.ts'
import { described } from './schemas.ts'

export interface BackupRoutesOptions {
  /** Begins to make a backup, beside the box. */
  readonly startBackup: () => BackupRun
  readonly wallTime: () => number
  readonly note: NoteAction
}

/** `/backup`: the whole box as a download. */
export async function backupRoutes(app: FastifyInstance, options: BackupRoutesOptions) {
  const { startBackup, wallTime, note } = options
  const runs = new Set<BackupRun>()
  app.addHook('preClose', async () => {
    for (const run of runs) run.stop()
  })

  app.get(
    '/backup',
    { schema: described('box', 'backUp', 'A backup of all that the box knows, as a tar', {}) },
    async (request, reply) => {
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
      note(request, 'backup-made', {})
      const name = `box-${new Date(wallTime()).toISOString().slice(0, 10)}.tar`
      return (
        reply
          // A proxy that gathers what is sent would need as much room.
          .header('x-accel-buffering', 'no')
          .header('content-disposition', `attachment; filename="${name}"`)
          .type('application/x-tar')
          .send(run.tar)
      )
    },
  )
}
