import { parentPort } from 'node:worker_threads'
import { adaptFile } from './adapt-file.ts'
import { surveyApp } from './app-survey.ts'
import type { WorkshopAnswer, WorkshopJob } from './workshop.ts'

/** The thread that takes pages and scripts apart. One job is done at a time. */
async function answer({ id, job }: { id: number; job: WorkshopJob }): Promise<WorkshopAnswer> {
  try {
    if (job.kind === 'adapt') return { id, kind: 'adapted', file: await adaptFile(job.served) }
    const { root, versions, known } = job
    return { id, kind: 'surveyed', survey: await surveyApp(root, versions, known) }
  } catch (error) {
    return { id, kind: 'failed', error }
  }
}

let last: Promise<void> = Promise.resolve()

parentPort?.on('message', (message: { id: number; job: WorkshopJob }) => {
  last = last.then(async () => {
    const done = await answer(message)
    const bytes = done.kind === 'adapted' ? done.file?.body.buffer : undefined
    parentPort?.postMessage(done, bytes ? [bytes] : [])
  })
})
