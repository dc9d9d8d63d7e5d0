import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const STATUS_AT = 'HTTP/1.1 '.length

/** What a request was answered with. */
export interface HttpAnswer {
  readonly status: number
  /** of its body, which is not kept */
  readonly bytes: number
}

/** An HTTP connection without the cost of one, for one request after the other. */
export class HttpSocket {
  readonly #socket: Socket
  readonly #port: number

  private constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
  }

  static async open(port: number): Promise<HttpSocket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new HttpSocket(socket, port)
  }

  /** Rejects if the connection breaks or the answer has no length. */
  async request(method: 'GET' | 'PUT', path: string, body?: Buffer): Promise<HttpAnswer> {
    const head = [
      `${method} ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${this.#port}`,
      ...(body ? ['Content-Type: application/octet-stream', `Content-Length: ${body.length}`] : []),
    ]
    this.#socket.write(head.join('\r\n') + HEAD_END)
    if (body) this.#socket.write(body)
    return await this.#answer()
  }

  close(): void {
    this.#socket.destroy()
  }

  #answer(): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
    let head = ''
    let status = 0
    let missing = Number.POSITIVE_INFINITY
    let bytes = 0
    const onData = (data: Buffer) => {
      bytes += data.length
      if (status === 0) {
        head += data.toString('latin1')
        const end = head.indexOf(HEAD_END)
        if (end < 0) return
        status = Number.parseInt(head.slice(STATUS_AT), 10)
        missing = bodyBytes(head.slice(0, end), status)
        bytes = head.length - end - HEAD_END.length
      }
      if (Number.isNaN(missing))
        this.#socket.destroy(new Error(`no length in the answer:\n${head}`))
      if (bytes >= missing) settle(() => resolve({ status, bytes }))
    }
    const onError = (error: Error) => settle(() => reject(error))
    const onClose = () => settle(() => reject(new Error('the server closed the connection')))
    const settle = (then: () => void) => {
      this.#socket.off('data', onData).off('error', onError).off('close', onClose)
      then()
    }
    this.#socket.on('data', onData).on('error', onError).on('close', onClose)
    return promise
  }
}

/** NaN if the head does not tell. */
function bodyBytes(head: string, status: number): number {
  if (status === 204) return 0
  return Number(/^content-length: *(\d+)/im.exec(head)?.[1])
}
