import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
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
}

/** One request with a path that no client would tidy up. A web-socket upgrade that is taken is status 101. */
export async function probe(
  port: number,
  { method, path, headers, body }: Probe,
): Promise<ProbeAnswer> {
  const request = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false })
  const answered = Promise.race([
    once(request, 'response'),
    once(request, 'upgrade').then(([response, socket]) => {
      ;(socket as Socket).destroy()
      return [Object.assign(response, { isUpgrade: true })]
    }),
  ])
  request.end(body)
  const [response] = await answered
  const text = response.isUpgrade ? '' : String(await buffer(response))
  return { status: response.statusCode, headers: response.headers, body: text }
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
