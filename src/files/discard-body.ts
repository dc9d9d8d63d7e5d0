import type { IncomingMessage } from 'node:http'

/** How long an answer has to arrive before the connection is cut on which a body is still coming (ms). */
const ANSWER_MS = 1000

/**
 * Reads and drops what is left of a body when it was answered early: the connection is good for the
 * next request only after it, and closing at once would lose the answer. Who sends on is cut off in the end.
 */
export function discardBody(request: IncomingMessage, mostBytes: number): void {
  if (request.readableEnded) return
  let bytes = 0
  request.unpipe()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= mostBytes) return
    request.pause()
    setTimeout(() => request.destroy(), ANSWER_MS).unref()
  })
  // A paused stream is not set going by a new listener.
  request.resume()
}
