import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Server, WebSocketServer } from 'ws'
import { CLOSE_CODE } from '../protocol/close-code.ts'
import { sessionIdOf } from '../protocol/session-id.ts'
import { Arrivals } from './arrivals.ts'
import { type ConnectionOrigin, ConnectionSocket } from './connection.ts'
import type { Clock, Pass, Timers } from './ports.ts'
import { publicUrl } from './public-url.ts'
import { refuseUpgrade } from './refusal.ts'
import { RefusedSockets } from './refused-sockets.ts'

/** Which proxies' `X-Forwarded-…` headers are believed. */
export interface Proxies {
  isTrusted(address: string): boolean
  /** The client's own address, as the nearest proxies that are trusted tell it. */
  clientAddress(request: IncomingMessage): string
  /** By what a client of this address is counted: the address, or its network. */
  accountOf(address: string): string | undefined
}

/** What becomes of those who come. */
export interface UpgradeObserver {
  /** Whether those who come are better let in slowly. */
  isCrowded(): boolean
  /** Why nobody is let in, in words; undefined: people are. */
  refusal(): string | undefined
  /** Whether one more may come from there. @param waiting those that are on their way in */
  admits(account: string | undefined, waiting: number): boolean
  opened(webSocket: ConnectionSocket, socket: Duplex, origin: ConnectionOrigin): void
}

export interface UpgradeParts {
  readonly maxFrameBytes: number
  readonly proxies: Proxies
  readonly clock: Clock
  readonly timers: Timers
  readonly observer: UpgradeObserver
}

/** A frame may come in so many pieces: the longest, packet by packet. Each takes more memory than it holds. */
const MAX_FRAME_CHUNKS = 8192
/** And a message in so many frames: browsers cut long ones into pieces of about 100 KB. */
const MAX_FRAGMENTS = 1024

const NO_SESSION_ID = 'the path does not end in a session id'
const TOO_MANY =
  'Too many connections from this address are open. Whoever runs the box can allow more: BOX_MAX_CONNECTIONS_PER_ADDRESS.'

/** Why a request for a web socket is refused. */
export interface UpgradeRefusal {
  readonly statusCode: number
  /** a sentence for programs, which read the answer to their request */
  readonly message: string
  /** a sentence for the person before a page; undefined: there is nothing that they could mend */
  readonly closeReason?: string
}

/** Turns upgrade requests into web sockets of sessions. */
export class Upgrade {
  readonly #server: Server<typeof ConnectionSocket>
  readonly #proxies: Proxies
  readonly #clock: Clock
  readonly #arrivals: Arrivals
  readonly #observer: UpgradeObserver
  readonly #refused: RefusedSockets

  constructor({ maxFrameBytes, proxies, clock, timers, observer }: UpgradeParts) {
    this.#server = new WebSocketServer({
      noServer: true,
      WebSocket: ConnectionSocket,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: maxFrameBytes,
      // ws would answer for as long as its client reads nothing.
      autoPong: false,
      maxBufferedChunks: MAX_FRAME_CHUNKS,
      maxFragments: MAX_FRAGMENTS,
    })
    this.#proxies = proxies
    this.#clock = clock
    this.#observer = observer
    this.#refused = new RefusedSockets(timers)
    this.#arrivals = new Arrivals(timers, () => observer.isCrowded())
  }

  /**
   * Accepts a web socket at any path that ends in a session id; others are closed with 4100 (CON1). Who has too
   * many already gets none (LIMIT3). When many come, they wait for their turn (LIMIT11).
   */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, pass: Pass): void {
    // The client may be gone by now, and its address with it.
    if (request.socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    if (this.#isRefused(socket)) return
    const userIp = plainAddress(this.#proxies.clientAddress(request))
    const account = this.#proxies.accountOf(userIp)
    if (!this.#observer.admits(account, this.#arrivals.waitingOf(account))) {
      refuseUpgrade(socket, 429, TOO_MANY)
      return
    }
    const hangUp = () => socket.destroy()
    socket.on('error', hangUp)
    this.#arrivals.come({
      account,
      enter: () => {
        if (socket.destroyed || !socket.readable) {
          hangUp()
          return false
        }
        socket.off('error', hangUp)
        if (!this.#isRefused(socket)) this.#enter(request, socket, head, { userIp, account, pass })
        return true
      },
      giveUp: hangUp,
    })
  }

  /**
   * Refuses a request of somebody who may not come in. A page is told why by a web socket that is closed at once (CLOSE6),
   * unless many are refused or many come: then it is answered by HTTP, as programs are.
   */
  turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
    const { statusCode, message, closeReason: reason } = refusal
    const account = this.#accountOf(request)
    const isTold =
      reason !== undefined &&
      request.headers.origin !== undefined &&
      this.#observer.refusal() === undefined &&
      !this.#observer.isCrowded() &&
      this.#refused.hasRoom(account)
    if (!isTold) refuseUpgrade(socket, statusCode, message)
    else {
      const closing = { code: CLOSE_CODE.noAccess, reason, account }
      this.#refused.close(request, socket, head, closing)
    }
  }

  /** Hangs up on those who wait, and on all who come. */
  close(): void {
    this.#arrivals.close()
  }

  /** Cuts those that were refused and are still there. */
  cutRefused(): void {
    this.#refused.cut()
  }

  /** While nothing can be stored, or the box stops, people are to come again (STORE3). */
  #isRefused(socket: Duplex): boolean {
    const refusal = this.#observer.refusal()
    if (refusal !== undefined) refuseUpgrade(socket, 503, refusal)
    return refusal !== undefined
  }

  #enter(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    who: Pick<ConnectionOrigin, 'userIp' | 'account' | 'pass'>,
  ): void {
    const [path = '/'] = (request.url ?? '/').split('?')
    const sessionId = sessionIdOf(path)
    if (sessionId === undefined) {
      this.#refuse(request, socket, head, who.account)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = this.#nameOf(request)
      const baseUrl = this.#baseUrlOf(request)
      this.#observer.opened(webSocket, socket, { connection, sessionId, baseUrl, ...who })
    })
  }

  #refuse(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    account: string | undefined,
  ): void {
    if (!this.#refused.hasRoom(account)) {
      refuseUpgrade(socket, 404, NO_SESSION_ID)
      return
    }
    const closing = { code: CLOSE_CODE.badProtocol, reason: NO_SESSION_ID, account }
    this.#refused.close(request, socket, head, closing)
  }

  #accountOf(request: IncomingMessage): string | undefined {
    return this.#proxies.accountOf(plainAddress(this.#proxies.clientAddress(request)))
  }

  #nameOf({ socket: { remoteAddress = '', remotePort } }: IncomingMessage): string {
    const start = Math.floor(this.#clock.wallTime() / 1000).toString(36)
    return `${plainAddress(remoteAddress)}:${remotePort}.${start}`
  }

  #baseUrlOf(request: IncomingMessage): string {
    return publicUrl(request, this.#proxies.isTrusted(request.socket.remoteAddress ?? ''))
  }
}

/** An IPv4 address that came in over an IPv6 socket, as people write it. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '')
}
