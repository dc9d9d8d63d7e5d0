import type { Server } from 'node:http'
import type { ServerLimits } from './patient-server.ts'

/**
 * Of a request's head. Any app of the box can fill a browser with cookies, which go to all ports of a host: Chromium and
 * Firefox keep 180 of 4 KiB each, 720 KiB. That must not shut an admin out.
 */
const MOST_HEADER_BYTES = 1024 * 1024
/** As heads may be so long, connections are few: at a time, and of one address. */
const MOST_CONNECTIONS = 1000
const MOST_OF_ADDRESS = 50

export interface AdminLimitParts {
  /** Whether it is a proxy, behind which all come from one address. */
  readonly isTrusted: (address: string) => boolean
  /** By what an address is counted; undefined: it is this machine's. */
  readonly accountOf: (address: string) => string | undefined
}

/** Limits of the server at the dashboard's origin. @param limits of the one for everybody */
export function adminServerLimits(limits: ServerLimits, parts: AdminLimitParts): ServerLimits {
  return {
    ...limits,
    maxHeaderBytes: MOST_HEADER_BYTES,
    maxConnections: Math.min(MOST_CONNECTIONS, limits.maxConnections),
    takesUpgrades: false,
    watchConnections: (server) => limitPerAddress(server, parts, limits.onBreach),
  }
}

function limitPerAddress(
  server: Server,
  { isTrusted, accountOf }: AdminLimitParts,
  onBreach: ServerLimits['onBreach'],
): void {
  const open = new Map<string, number>()
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket
    if (isTrusted(remoteAddress)) return
    // One machine has as many IPv6 addresses as it likes.
    const address = accountOf(remoteAddress) ?? remoteAddress
    const count = (open.get(address) ?? 0) + 1
    if (count > MOST_OF_ADDRESS) {
      onBreach('admin-connections', address)
      socket.destroy()
      return
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}
