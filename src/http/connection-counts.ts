import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Beside its web sockets, an address has no more connections at a time: a school's browsers have six each. */
const HTTP_CONNECTIONS = 1500

export interface ConnectionLimits {
  /** web sockets that an address may have; Infinity: it may have all that there is */
  readonly connectionsPerAddress: number
  /** By what connections from this address are counted; undefined: they are not, since a proxy or the box's own machine has them. */
  readonly accountOf: (address: string) => string | undefined
  readonly onBreach: (limit: string, address: string) => void
}

/** Closes at once what one address opens beyond its share of the connections that a server may have (LIMIT29). */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const { connectionsPerAddress, accountOf, onBreach } = limits
  const most = connectionsPerAddress + HTTP_CONNECTIONS
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket
    const account = accountOf(remoteAddress)
    if (account === undefined) return
    const count = counts.get(account) ?? 0
    if (count >= most) {
      onBreach('http-connections-per-address', remoteAddress)
      socket.destroy()
      return
    }
    counts.set(account, count + 1)
    socket.once('close', () => {
      const left = (counts.get(account) ?? 1) - 1
      if (left > 0) counts.set(account, left)
      else counts.delete(account)
    })
  })
}
