import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** Opcodes of RFC 6455. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const HEAD_END = Buffer.from('\r\n\r\n')
const IS_MASKED = 0x80
const FIN = 0x80
const NO_MASK = Buffer.alloc(4)
const CLOSE_ANSWER = frameOf('', OPCODE.close)
const PONG = frameOf('', OPCODE.pong)
/** So much of the text of a frame that comes is looked at (bytes). */
const LOOKED_AT = 160

export interface SocketOptions {
  readonly port: number
  readonly sessionId: string
  /** the client's address, which the box believes a proxy on its own machine */
  readonly from: string
  /** what stands before `/reflector`, e.g. `/t/<token>` */
  readonly prefix?: string
  /** of the upgrade */
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * One web-socket frame of a client, of any length. Its mask is zero, so that its text can be changed in it.
 * @param fin whether it is the last of its message; @param claimed length that it says it has, if that is not its own
 */
export function frameOf(
  text: string | Buffer,
  opcode: number = OPCODE.text,
  { fin = true, claimed }: { readonly fin?: boolean; readonly claimed?: number } = {},
): Buffer {
  const payload = Buffer.from(text)
  const length = claimed ?? payload.length
  const first = (fin ? FIN : 0) | opcode
  return Buffer.concat([Buffer.from([first]), lengthBytes(length), NO_MASK, payload])
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.from([IS_MASKED | length])
  if (length < 65_536) {
    const bytes = Buffer.from([IS_MASKED | 126, 0, 0])
    bytes.writeUInt16BE(length, 1)
    return bytes
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = IS_MASKED | 127
  bytes.writeBigUInt64BE(BigInt(length), 1)
  return bytes
}

/** A web socket of an attacker: it writes whatever it is given, and hears as little as it can. */
export class AttackSocket {
  readonly socket: Socket
  /** bytes that came */
  heard = 0
  /** why the box closed it: code and reason; "cut" if it said nothing */
  closedWith: string | undefined
  /** told of the beginning of each frame of text */
  onText: (text: string) => void = () => {}
  onClosed: () => void = () => {}
  #rest: Buffer = Buffer.alloc(0)
  /** bytes that are still to come of the frame before */
  #skip = 0

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (data) => this.#read(data))
    socket.on('close', () => {
      this.closedWith ??= 'cut'
      this.onClosed()
    })
  }

  /** Rejects with what the box answers if it does not switch protocols. */
  static open(options: SocketOptions): Promise<AttackSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<AttackSocket>()
    const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
    let head = Buffer.alloc(0)
    const onData = (data: Buffer) => {
      head = Buffer.concat([head, data])
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      socket.off('data', onData)
      socket.off('close', onClose)
      const status = head.toString('latin1', 9, 12)
      if (status === '101') {
        const opened = new AttackSocket(socket)
        opened.#read(head.subarray(end + HEAD_END.length))
        resolve(opened)
        return
      }
      socket.destroy()
      reject(new Error(`status ${status}`))
    }
    const onClose = () => reject(new Error('no answer'))
    socket.on('data', onData)
    socket.on('close', onClose)
    socket.on('error', () => {}) // a close follows
    socket.write(upgradeRequest(options))
    return promise
  }

  get isOpen(): boolean {
    return this.closedWith === undefined && !this.socket.destroyed
  }

  /** Whether what it was given is on its way, so that more can be written. */
  get canSend(): boolean {
    return this.isOpen && !this.socket.writableNeedDrain
  }

  send(bytes: Buffer): void {
    if (this.isOpen) this.socket.write(bytes)
  }

  /** Closes as a client does that leaves. */
  leave(): void {
    this.send(CLOSE_ANSWER)
  }

  #read(data: Buffer): void {
    this.heard += data.length
    const skipped = Math.min(this.#skip, data.length)
    this.#skip -= skipped
    let bytes = Buffer.concat([this.#rest, data.subarray(skipped)])
    for (;;) {
      const frame = headOf(bytes)
      const needed = frame && frame.head + Math.min(frame.length, LOOKED_AT)
      if (!frame || needed === undefined || bytes.length < needed) break
      this.#heard(frame.opcode, bytes.subarray(frame.head, needed))
      const end = frame.head + frame.length
      this.#skip = Math.max(0, end - bytes.length)
      bytes = bytes.subarray(Math.min(end, bytes.length))
    }
    this.#rest = bytes
  }

  #heard(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.ping) this.send(PONG)
    else if (opcode === OPCODE.close) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      this.send(CLOSE_ANSWER)
      this.closedWith = `${code} ${payload.toString('utf8', 2)}`.trim()
      this.onClosed()
    } else if (opcode === OPCODE.text) this.onText(payload.toString())
  }
}

interface FrameHead {
  readonly opcode: number
  /** bytes before the payload */
  readonly head: number
  /** of the payload */
  readonly length: number
}

/** Undefined while not all of the head is there. */
function headOf(bytes: Buffer): FrameHead | undefined {
  const short = bytes[1]
  if (short === undefined) return undefined
  const opcode = (bytes[0] ?? 0) & 0x0f
  if (short < 126) return { opcode, head: 2, length: short }
  const head = short === 126 ? 4 : 10
  if (bytes.length < head) return undefined
  const length = short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  return { opcode, head, length }
}

function upgradeRequest({
  port,
  sessionId,
  from,
  prefix = '',
  headers = {},
}: SocketOptions): string {
  const lines = [
    `GET ${prefix}/reflector/${sessionId} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `X-Forwarded-For: ${from}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
