import type { Duplex } from 'node:stream'

/**
 * Answers an upgrade request with an error, and closes its socket.
 * @param status code and phrase
 * @param sentence for whoever looks at the answer; browsers do not show it
 */
export function refuseUpgrade(socket: Duplex, status: string, sentence: string): void {
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(sentence)}`,
  ]
  socket.on('error', () => socket.destroy())
  socket.end(`${head.join('\r\n')}\r\n\r\n${sentence}`, () => socket.destroy())
}
