import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionLimits, limitConnections } from './connection-counts.ts'
import { encodeRefusal, excessOf, type Refusal } from './request-limits.ts'
import { type Exchange, watchRequests } from './slow-requests.ts'

/** A connection on which nothing moves for so long is dropped, with the upload it may have begun. */
const IDLE_CONNECTION_MS = 120_000
/** Longer than proxies keep a connection that they may use again. */
const KEEP_ALIVE_MS = 72_000
/** A request's head has to be there within this; it is looked for so often (ms). */
const HEAD_MS = 30_000
const LOOK_EVERY_MS = 5000

export interface ServerLimits extends ConnectionLimits {
  /** of a request's first line and headers together */
  readonly maxHeaderBytes: number
  /** open at once, web sockets among them */
  readonly maxConnections: number
  /** Limits connections further; undefined: that is all */
  readonly watchConnections?: (server: Server) => void
  /** whether there are web sockets */
  readonly takesUpgrades: boolean
  /** bytes a second that a request's body has to bring */
  readonly leastRate: number
  /** The client's own address. */
  readonly clientAddress: (request: IncomingMessage) => string
  /** Told of each request or connection that is refused because of a limit. */
  readonly onBreach: (limit: string, address: string) => void
}

/**
 * An HTTP server that takes web sockets at once, while requests wait until there is somebody to answer
 * them. What is too long, too much or too slow it refuses itself.
 * @param listener answers requests; if it never comes, those who wait are cut off
 */
export function createPatientServer(
  listener: Promise<RequestListener>,
  limits: ServerLimits,
): Server {
  let handle: RequestListener = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      handle = await listener
      handle(request, response)
    } catch {
      // Whoever started the box learns why.
      request.socket.destroy()
    }
  }
  const refuse = (exchange: Exchange, refusal: Refusal) => {
    if (refusal.limit !== undefined)
      limits.onBreach(refusal.limit, limits.clientAddress(exchange.request))
    cut(exchange, refusal)
  }
  const server = createServer(optionsOf(limits), (request, response) => {
    // Not for the whole server: each web socket would keep a timer that it has no use for.
    request.socket.setTimeout(IDLE_CONNECTION_MS)
    const excess = excessOf(request)
    if (excess) refuse({ request, response }, excess)
    else handle(request, response)
  })
  server.maxConnections = limits.maxConnections
  limitConnections(server, limits)
  // `excessOf` counts: versions of Node differ in whether they refuse what is beyond this, or leave it out.
  server.maxHeadersCount = 0
  watchRequests(server, limits.leastRate, (exchange) => {
    const message = 'the upload came too slowly: try again on a better connection'
    refuse(exchange, { status: 408, message, limit: 'slow-upload' })
  })
  refuseBadHeads(server, limits)
  limits.watchConnections?.(server)
  return server
}

function optionsOf({ maxHeaderBytes, takesUpgrades }: ServerLimits) {
  return {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: HEAD_MS,
    connectionsCheckingInterval: LOOK_EVERY_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: 0, // a large upload takes as long as it takes, if only it goes on
    // Any other upgrade that a client offers, to HTTP/2 say, is one that it can do without.
    shouldUpgradeCallback: (request: IncomingMessage) =>
      takesUpgrades &&
      /^websocket$/i.test(request.headers.upgrade ?? '') &&
      excessOf(request) === undefined,
  }
}

/** Those whose head is too long, too slow, or none at all; and those for whom there is no place. */
function refuseBadHeads(server: Server, { maxHeaderBytes, onBreach }: ServerLimits): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const refusal = refusalOf(error, maxHeaderBytes)
    const { remoteAddress = '' } = socket
    // Browsers open connections that they may need, and leave them.
    const isUnused = socket.bytesRead === 0
    if (refusal.limit !== undefined && !isUnused) onBreach(refusal.limit, remoteAddress)
    if (socket.writable && !isUnused) socket.write(encodeRefusal(refusal))
    socket.destroy()
  })
  server.on('drop', (data) => onBreach('connections', data?.remoteAddress ?? ''))
}

function refusalOf({ code }: NodeJS.ErrnoException, maxHeaderBytes: number): Refusal {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'the request came too slowly', limit: 'slow-head' }
    case 'HPE_HEADER_OVERFLOW': {
      const message = `address and headers are longer than ${maxHeaderBytes} bytes`
      return { status: 431, message, limit: 'header-bytes' }
    }
    default:
      return { status: 400, message: 'this is no HTTP request' }
  }
}

/** Answers if that is possible, and ends the connection. Whoever is at work on the request finds it broken off. */
function cut({ request, response }: Exchange, refusal: Refusal): void {
  const isNext = response.socket !== null && !response.headersSent
  if (isNext) request.socket.write(encodeRefusal(refusal))
  request.socket.destroy()
}
