import { Worker } from 'node:worker_threads'
import type { Publication, Responder, ResponderObserver } from './ports.ts'

/** Goodbye is one packet for each network. A thread that takes longer is ended (ms). */
const GOODBYE_MS = 1000
/** Whatever is sent on the network, the thread takes no more memory (MB): one that needs more is ended. */
const MEMORY = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 }
const THREAD = new URL('./responder-thread.ts', import.meta.url)

/** What the thread tells. */
export type ThreadNews =
  | { readonly kind: 'named' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * Answers on the network in a thread of its own: what the library throws, prints or exits with ends that thread, and never
 * the box; and no packet of the network makes a tick late.
 */
export function startThreadResponder(
  publication: Publication,
  observer: ResponderObserver,
): Responder {
  // What it prints is for nobody.
  const worker = new Worker(THREAD, {
    ...{ workerData: publication, resourceLimits: MEMORY },
    ...{ stdout: true, stderr: true },
  })
  worker.stdout.resume()
  worker.stderr.resume()
  worker.unref()
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  let isOver = false
  const fail = (reason: string) => {
    if (isOver) return
    isOver = true
    observer.failed(reason)
  }
  worker.on('message', (news: ThreadNews) => {
    if (news.kind === 'failed') fail(news.reason)
    else if (!isOver) observer[news.kind]()
  })
  worker.on('error', (error) => fail(reasonIn(error)))
  worker.on('exit', (code) => fail(`the responder ended by itself (${code})`))
  return {
    close: async () => {
      isOver = true
      worker.postMessage('close')
      const timer = setTimeout(() => void worker.terminate(), GOODBYE_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

/** The library rejects with texts as well. */
function reasonIn(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
