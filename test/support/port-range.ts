import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

const LOWEST = 20_000
const HIGHEST = 30_000

/** The first of so many ports in a row that nobody has at the moment: below those that systems give by themselves. */
export async function findFreeRange(count: number): Promise<number> {
  for (;;) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST - count))
    const servers = Array.from({ length: count }, () => createServer())
    try {
      await Promise.all(servers.map((server, index) => listen(server, first + index)))
      return first
    } catch {
      // Somebody has one of them.
    } finally {
      for (const server of servers) server.close()
    }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}
