import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Server, WebSocketServer } from 'ws'
import { CLOSE_CODE } from '../protocol/close-code.ts'
import { sessionIdOf } from '../protocol/session-id.ts'
import { type ConnectionOrigin, ConnectionSocket } from './connection.ts'
import type { Clock, Pass } from './ports.ts'
import { publicUrl } from './public-url.ts'

/** Which proxies' `X-Forwarded-…` headers are believed. */
export interface Proxies {
  isTrusted(address: string): boolean
  /** The client's own address, as the nearest proxies that are trusted tell it. */
  clientAddress(request: IncomingMessage): string
}

type OnSocket = (webSocket: ConnectionSocket, socket: Duplex, origin: ConnectionOrigin) => void

/** Turns upgrade requests into web sockets of sessions. */
export class Upgrade {
  readonly #server: Server<typeof ConnectionSocket>
  readonly #proxies: Proxies
  readonly #clock: Clock
  readonly #onSocket: OnSocket
  /** those that were refused and have not gone yet */
  readonly #refused = new Set<ConnectionSocket>()

  constructor(maxFrameBytes: number, proxies: Proxies, clock: Clock, onSocket: OnSocket) {
    this.#server = new WebSocketServer({
      noServer: true,
      WebSocket: ConnectionSocket,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: maxFrameBytes,
    })
    this.#proxies = proxies
    this.#clock = clock
    this.#onSocket = onSocket
  }

  /** Accepts a web socket at any path that ends in a session id; others are closed with 4100 (CON1). */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, pass: Pass): void {
    // The client may be gone by now, and its address with it.
    if (request.socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const [path = '/'] = (request.url ?? '/').split('?')
    const sessionId = sessionIdOf(path)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      if (sessionId === undefined) {
        this.#refuse(webSocket)
        return
      }
      this.#onSocket(webSocket, socket, this.#originOf(request, sessionId, pass))
    })
  }

  /** Cuts those that were refused and are still there. */
  cutRefused(): void {
    for (const webSocket of this.#refused) webSocket.terminate()
  }

  #refuse(webSocket: ConnectionSocket): void {
    this.#refused.add(webSocket)
    webSocket.on('error', () => webSocket.terminate())
    webSocket.on('close', () => this.#refused.delete(webSocket))
    webSocket.close(CLOSE_CODE.badProtocol, 'the path does not end in a session id')
  }

  #originOf(request: IncomingMessage, sessionId: string, pass: Pass): ConnectionOrigin {
    const { remoteAddress = '', remotePort } = request.socket
    const start = Math.floor(this.#clock.wallTime() / 1000).toString(36)
    return {
      connection: `${plainAddress(remoteAddress)}:${remotePort}.${start}`,
      userIp: plainAddress(this.#proxies.clientAddress(request)),
      sessionId,
      baseUrl: publicUrl(request, this.#proxies.isTrusted(remoteAddress)),
      pass,
    }
  }
}

/** An IPv4 address that came in over an IPv6 socket, as people write it. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '')
}
