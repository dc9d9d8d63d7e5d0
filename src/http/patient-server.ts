import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'

/** A connection on which nothing moves for so long is dropped, with the upload it may have begun. */
const IDLE_CONNECTION_MS = 120_000
/** Longer than proxies keep a connection that they may use again. */
const KEEP_ALIVE_MS = 72_000

/**
 * An HTTP server that takes web sockets at once, while requests wait until there is somebody to answer
 * them.
 * @param listener answers requests; if it never comes, those who wait are cut off
 */
export function createPatientServer(listener: Promise<RequestListener>): Server {
  let handle: RequestListener = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      handle = await listener
      handle(request, response)
    } catch {
      // Whoever started the box learns why.
      request.socket.destroy()
    }
  }
  const server = createServer(
    // Any other upgrade that a client offers, to HTTP/2 say, is one that it can do without.
    { shouldUpgradeCallback: ({ headers }) => /^websocket$/i.test(headers.upgrade ?? '') },
    (request, response) => {
      // Not for the whole server: each web socket would keep a timer that it has no use for.
      request.socket.setTimeout(IDLE_CONNECTION_MS)
      handle(request, response)
    },
  )
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.requestTimeout = 0 // a large upload takes as long as it takes, if only it goes on
  return server
}
