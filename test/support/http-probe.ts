import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Probe {
  readonly method?: string
  /** as it is sent, whatever it looks like */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface ProbeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** with what a web socket was closed as soon as it was open; the reason is the body */
  readonly closeCode?: number
}

/** A ping as clients send it (RFC 6455, 5.5.2). */
const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0])
const CLOSE_OPCODE = 0x88

/**
 * One request with a path that no client would tidy up. A web-socket upgrade that is taken is status 101. With an origin
 * it waits for what comes first by the web socket: the answer to a ping, or a close.
 */
export async function probe(
  port: number,
  { method, path, headers, body }: Probe,
): Promise<ProbeAnswer> {
  const request = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false })
  const answered = Promise.race([
    once(request, 'response').then(([response]) => answerOf(response)),
    once(request, 'upgrade').then(([response, socket, head]) =>
      upgradeOf(response, socket, head, headers?.origin !== undefined),
    ),
  ])
  request.end(body)
  return answered
}

async function answerOf(response: IncomingMessage): Promise<ProbeAnswer> {
  const body = String(await buffer(response))
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}

async function upgradeOf(
  { headers }: IncomingMessage,
  socket: Socket,
  head: Buffer,
  isForPage: boolean,
): Promise<ProbeAnswer> {
  const answer = { status: 101, headers, body: '' }
  try {
    if (!isForPage) return answer
    socket.write(PING)
    const [frame] = head.length > 0 ? [head] : ((await once(socket, 'data')) as [Buffer])
    if (frame[0] !== CLOSE_OPCODE) return answer
    // Both are at most 125 bytes long, and come in one piece.
    return { ...answer, closeCode: frame.readUInt16BE(2), body: String(frame.subarray(4)) }
  } finally {
    socket.destroy()
  }
}

/** Headers that ask for a web socket. */
export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
} as const

/** Sends bytes as they are; resolves with the first line of what comes back, when the other end hangs up. */
export async function probeRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  const answer = String(await buffer(socket))
  return answer.split('\r\n', 1)[0] ?? ''
}
