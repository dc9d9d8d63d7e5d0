import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const SWITCHED = Buffer.from('HTTP/1.1 101')
const HEAD_END = Buffer.from('\r\n\r\n')
const CLIENT_TEXT = 0x81
const OPCODE_BITS = 0x0f
const CLOSE = 0x8
const PING = 0x9
/** An empty close frame of a client. */
const CLOSE_FRAME = Buffer.from([0x88, 0x80, 0, 0, 0, 0])
const IS_MASKED = 0x80
const LENGTH_16_BITS = 126
const LENGTH_64_BITS = 127
const MASK_BYTES = 4

/** The payload of one frame, as it lies in `bytes` from `start` to `end`; only valid during the call. */
export type FrameHandler = (bytes: Buffer, start: number, end: number) => void

/**
 * A web socket without the cost of one: what it sends is made ahead, what it hears is looked at where it
 * lies. It is not meant to last: it answers no pings.
 */
export class WebSocketClient {
  readonly socket: Socket
  onFrame: FrameHandler = () => {}
  #rest: Buffer | undefined

  /** @param rest what came behind the upgrade's answer */
  private constructor(socket: Socket, rest: Buffer) {
    this.socket = socket
    socket.on('data', (data) => this.#read(data))
    if (rest.length > 0) socket.unshift(rest)
  }

  /**
   * Resolves once the box has switched protocols; rejects if nobody answers or it refuses.
   * @param from address of this machine to come from
   */
  static open(port: number, sessionId: string, from = '127.0.0.1'): Promise<WebSocketClient> {
    const { promise, resolve, reject } = Promise.withResolvers<WebSocketClient>()
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true })
    let head = Buffer.alloc(0)
    const onData = (data: Buffer) => {
      head = Buffer.concat([head, data])
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      socket.off('data', onData)
      socket.off('close', onClose)
      if (head.indexOf(SWITCHED) === 0) {
        resolve(new WebSocketClient(socket, head.subarray(end + HEAD_END.length)))
        return
      }
      socket.destroy()
      reject(new Error(`the upgrade was answered with ${head.toString('latin1', 0, end)}`))
    }
    const onClose = () => reject(new Error('the socket closed before it was a web socket'))
    socket.on('data', onData)
    socket.on('close', onClose)
    // A close always follows, and tells all there is to know.
    socket.on('error', () => {})
    socket.write(upgradeRequest(port, sessionId))
    return promise
  }

  send(frame: Buffer): void {
    this.socket.write(frame)
  }

  #read(data: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, data]) : data
    let at = 0
    for (let end = frameEnd(bytes, at); end !== undefined; end = frameEnd(bytes, at)) {
      const opcode = (bytes[at] ?? 0) & OPCODE_BITS
      if (opcode === CLOSE) this.socket.write(CLOSE_FRAME)
      else if (opcode !== PING) this.onFrame(bytes, at + headerBytes(bytes, at), end)
      at = end
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
}

/** A finished text frame of a client. Its mask is zero, so that parts of the text can be changed in it. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const mask = Buffer.alloc(MASK_BYTES)
  if (payload.length < LENGTH_16_BITS) {
    return Buffer.concat([Buffer.from([CLIENT_TEXT, IS_MASKED | payload.length]), mask, payload])
  }
  const header = Buffer.from([CLIENT_TEXT, IS_MASKED | LENGTH_16_BITS, 0, 0])
  header.writeUInt16BE(payload.length, 2)
  return Buffer.concat([header, mask, payload])
}

function upgradeRequest(port: number, sessionId: string): string {
  const lines = [
    `GET /reflector/${sessionId} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function headerBytes(bytes: Buffer, at: number): number {
  switch (bytes[at + 1]) {
    case LENGTH_16_BITS:
      return 4
    case LENGTH_64_BITS:
      return 10
    default:
      return 2
  }
}

/** Where the frame that starts at `at` ends; undefined while not all of it is there. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (bytes.length < at + 2) return undefined
  const header = headerBytes(bytes, at)
  if (bytes.length < at + header) return undefined
  const end = at + header + payloadBytes(bytes, at)
  return end <= bytes.length ? end : undefined
}

function payloadBytes(bytes: Buffer, at: number): number {
  switch (bytes[at + 1]) {
    case LENGTH_16_BITS:
      return bytes.readUInt16BE(at + 2)
    case LENGTH_64_BITS:
      return Number(bytes.readBigUInt64BE(at + 2))
    default:
      return bytes[at + 1] ?? 0
  }
}
