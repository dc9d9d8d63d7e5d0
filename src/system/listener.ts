import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** Where to listen. */
export interface Place {
  readonly host: string
  readonly port: number
  /** the setting that says the port */
  readonly setting: 'BOX_PORT' | 'BOX_ADMIN_PORT' | 'BOX_APP_ORIGINS'
}

/** All addresses, of IPv6 and of IPv4. */
const EVERYWHERE = '::'
const EVERYWHERE_OF_IPV4 = '0.0.0.0'
/** How a machine without IPv6 answers. */
const NO_IPV6: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL']

/**
 * A port that is open before there is anybody to answer: who connects early waits. Clients of a box that
 * is started again try at once, then ever more rarely; so it saves them more than the time of the start.
 */
export class Listener {
  readonly #server: Server
  readonly #waiting: Socket[] = []

  #take: (socket: Socket) => void = (socket) => this.#waiting.push(socket)

  private constructor() {
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#take(socket))
  }

  /** @throws {Error} in words for the person who starts the box, if the port cannot be had */
  static async open(place: Place): Promise<Listener> {
    const listener = new Listener()
    try {
      await listener.#listen(place).catch((error: unknown) => {
        if (place.host !== EVERYWHERE || !NO_IPV6.includes(codeOf(error) ?? '')) throw error
        return listener.#listen({ ...place, host: EVERYWHERE_OF_IPV4 })
      })
    } catch (cause) {
      throw new Error(describeListenError(cause, place), { cause })
    }
    return listener
  }

  async #listen({ host, port }: Place): Promise<void> {
    this.#server.listen(port, host)
    await once(this.#server, 'listening')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Hands over the port, to be closed by the server from now on, and those who wait. */
  async handTo(server: HttpServer): Promise<void> {
    server.listen(this.#server)
    await once(server, 'listening')
    for (const socket of this.#waiting.splice(0)) {
      server.emit('connection', socket)
      socket.resume()
    }
  }

  /**
   * Hands those who connect to a server that has another port, too. The port stays to be closed here.
   * @param note told of each connection before the server has it
   */
  leadTo(server: HttpServer, note: (socket: Socket) => void): void {
    this.#take = (socket) => {
      note(socket)
      server.emit('connection', socket)
      socket.resume()
    }
    for (const socket of this.#waiting.splice(0)) this.#take(socket)
  }

  /** Gives up a port that was not handed over. Connections that a server has already go on. */
  async close(): Promise<void> {
    for (const socket of this.#waiting.splice(0)) socket.destroy()
    this.#server.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function describeListenError(cause: unknown, { host, port, setting }: Place): string {
  const code = codeOf(cause)
  const isRange = setting === 'BOX_APP_ORIGINS'
  const other = isRange ? 'other ports' : 'another port'
  const low = isRange ? 'ports above 1023' : 'one above 1023'
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use: stop the program that uses it, or set ${setting} to ${other}`
    case 'EACCES':
      return `port ${port} may not be used by this user: set ${setting} to ${low}`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: set BOX_HOST to one that is, or to ::`
    default:
      return `could not listen on ${host}:${port}: ${String(cause)}`
  }
}

/** The ports of a box: one for everybody, and one for those who run it. */
export interface Listeners {
  readonly apps: Listener
  readonly admin: Listener
}
