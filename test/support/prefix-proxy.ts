import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** A proxy that shows a box under a path, and tells it nothing of that. */
export interface PrefixProxy {
  /** `http://localhost:PORT/<prefix>` */
  readonly url: string
  stop(): Promise<void>
}

/** @param prefix begins with a slash, ends without one */
export async function startPrefixProxy(boxPort: number, prefix: string): Promise<PrefixProxy> {
  const sockets = new Set<Duplex>()
  const server = createServer((asked, answer) => {
    const { method, headers, url = '' } = asked
    if (!url.startsWith(`${prefix}/`)) {
      // A browser asks for an icon.
      answer.writeHead(204).end()
      return
    }
    const path = url.slice(prefix.length)
    const passed = httpRequest({ host: '127.0.0.1', port: boxPort, method, path, headers })
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    asked.pipe(passed)
  })
  server.on('upgrade', ({ method, url = '', rawHeaders }, socket, head) => {
    const lines = [`${method} ${url.slice(prefix.length)} HTTP/1.1`]
    for (let i = 0; i < rawHeaders.length; i += 2)
      lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
    const box = connect(boxPort, '127.0.0.1')
    for (const end of [socket, box]) {
      sockets.add(end)
      end.on('error', () => {})
    }
    box.write(`${lines.join('\r\n')}\r\n\r\n`)
    box.write(head)
    socket.pipe(box).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}${prefix}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
