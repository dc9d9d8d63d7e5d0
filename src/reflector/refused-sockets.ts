import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { CloseCode } from '../protocol/close-code.ts'
import { Counts } from './counts.ts'
import type { Cancel, Timers } from './ports.ts'

/** So many refused web sockets are there at a time: those of each address, and all together. */
const MAX_REFUSED_OF_ADDRESS = 10
const MAX_REFUSED = 100
/** A refused web socket is cut after this time (ms), and counts for so long: at most `MAX_REFUSED` a second are made. */
const REFUSED_MS = 1000

/** Why a web socket is closed as soon as it is open. */
export interface SocketRefusal {
  readonly code: CloseCode
  /** for the person before the page: at most `MAX_CLOSE_REASON_BYTES` */
  readonly reason: string
}

/**
 * Web sockets that are accepted only to be closed with a reason (CLOSE6): browsers tell pages nothing of an upgrade
 * that was refused by HTTP, but the code and reason of a close. Nothing is read from them.
 */
export class RefusedSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    autoPong: false,
  })
  readonly #timers: Timers
  /** with what takes back that they are cut */
  readonly #sockets = new Map<WebSocket, Cancel>()
  readonly #ofAddress = new Counts()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Whether there is room for one more. @param account by which its address is counted */
  hasRoom(account: string | undefined): boolean {
    return this.#sockets.size < MAX_REFUSED && this.#ofAddress.of(account) < MAX_REFUSED_OF_ADDRESS
  }

  /** Answers the upgrade, and closes the web socket at once. */
  close(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { code, reason, account }: SocketRefusal & { readonly account: string | undefined },
  ): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#ofAddress.add(account)
      // Whoever goes sooner leaves no room for others before that: each costs a handshake.
      const cancel = this.#timers.after(REFUSED_MS, () => {
        this.#sockets.delete(webSocket)
        this.#ofAddress.remove(account)
        webSocket.terminate()
      })
      this.#sockets.set(webSocket, cancel)
      webSocket.on('error', () => webSocket.terminate())
      webSocket.pause()
      webSocket.close(code, reason)
      // The client hears that it is over without waiting for the socket to be cut.
      socket.end()
    })
  }

  /** Cuts those that are still there: the box stops. */
  cut(): void {
    for (const [webSocket, cancel] of this.#sockets) {
      cancel()
      webSocket.terminate()
    }
    this.#sockets.clear()
  }
}
