import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { OpenPort } from './apps/origins/app-origins.ts'
import { Listener } from './system/listener.ts'

/**
 * More ports for the server of apps, one for each app of its own origin. All share its limits, its web sockets, and what
 * answers.
 */
export class AppPorts {
  readonly #host: string
  readonly #server: Server
  /** of all ports of the server together */
  #connections = 0
  readonly #own = new Set<Socket>()

  constructor(host: string, server: Server) {
    this.#host = host
    this.#server = server
    server.on('connection', (socket: Socket) => this.#count(socket))
  }

  /** @throws {Error} in words for the person who starts the box */
  async open(port: number): Promise<OpenPort> {
    const listener = await Listener.open({ host: this.#host, port, setting: 'BOX_APP_ORIGINS' })
    listener.leadTo(this.#server, (socket) => this.#follow(socket))
    return listener
  }

  /** Resolves when the last connection that came by these ports is closed. */
  async drained(): Promise<void> {
    const closed = [...this.#own].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    )
    await Promise.all(closed)
  }

  /** Node itself counts those of the server's first port only. */
  #count(socket: Socket): void {
    this.#connections += 1
    socket.once('close', () => {
      this.#connections -= 1
    })
    if (this.#connections <= this.#server.maxConnections) return
    const { remoteAddress, remoteFamily } = socket
    this.#server.emit('drop', { remoteAddress, remoteFamily })
    socket.destroy()
  }

  #follow(socket: Socket): void {
    this.#own.add(socket)
    socket.once('close', () => this.#own.delete(socket))
  }
}
