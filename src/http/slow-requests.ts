import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** Within this (ms) as much of a body has to come as the least rate says. */
const WINDOW_MS = 30_000
/** So often those are looked for that are too slow (ms). */
const SWEEP_EVERY_MS = 5000

/** A request whose body is still coming, and what is to answer it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

interface Sender extends Exchange {
  /** since when, and from which byte of its connection on, it is measured */
  since: number
  from: number
}

/**
 * Finds requests whose bodies come so slowly that they keep a place from others. What waits for the box
 * is not their sender's fault.
 */
export class SlowRequests {
  readonly #leastBytes: number
  readonly #now: () => number
  readonly #senders = new Set<Sender>()

  /** @param leastRate bytes a second; @param now monotonic, ms */
  constructor(leastRate: number, now: () => number) {
    this.#leastBytes = (leastRate * WINDOW_MS) / 1000
    this.#now = now
  }

  /** Measures it until all of it is there. */
  watch({ request, response }: Exchange): void {
    const from = request.socket.bytesRead
    this.#senders.add({ request, response, since: this.#now(), from })
  }

  /** How many are measured. */
  get size(): number {
    return this.#senders.size
  }

  /** Those that were too slow; they are not measured any more. To be called every few seconds. */
  sweep(): Exchange[] {
    const slow: Exchange[] = []
    for (const sender of this.#senders) {
      const { request } = sender
      // Of a request that was answered, only the connection is destroyed.
      const isOver = request.complete || request.destroyed || request.socket.destroyed
      if (!isOver && !this.#isSlow(sender)) continue
      this.#senders.delete(sender)
      if (!isOver) slow.push(sender)
    }
    return slow
  }

  #isSlow(sender: Sender): boolean {
    const now = this.#now()
    const { request, from } = sender
    const { bytesRead } = request.socket
    const isWaiting = request.readableLength > 0
    if (isWaiting || bytesRead - from >= this.#leastBytes) {
      sender.since = now
      sender.from = bytesRead
    }
    return now - sender.since >= WINDOW_MS
  }
}

/**
 * Measures all requests of a server that have a body.
 * @param leastRate bytes a second; @param onSlow told of each that is slower
 */
export function watchRequests(
  server: Server,
  leastRate: number,
  onSlow: (exchange: Exchange) => void,
): void {
  const requests = new SlowRequests(leastRate, () => performance.now())
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  function sweep(): void {
    for (const exchange of requests.sweep()) onSlow(exchange)
    if (requests.size === 0) stop()
  }

  server.on('request', (request, response) => {
    if (!hasBody(request)) return
    requests.watch({ request, response })
    timer ??= setInterval(sweep, SWEEP_EVERY_MS)
  })
  server.on('close', stop)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0
}
