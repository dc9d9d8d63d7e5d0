import { connect, type Socket } from 'node:net'

/** How long an answer is waited for (ms). */
const WAIT_MS = 5000

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A web-socket frame as a test makes it up (RFC 6455, 5.2). */
export interface FrameParts {
  readonly opcode?: number
  readonly payload?: string | Uint8Array
  /** whether it is the last of its message */
  readonly fin?: boolean
  /** the three reserved bits, 0 to 7 */
  readonly reserved?: number
  readonly isMasked?: boolean
  /** the length it claims to have, if that is not its payload's */
  readonly claimed?: bigint
  /** bytes that say the length: 1, 3 or 9; by default as few as do */
  readonly lengthBytes?: 1 | 3 | 9
}

/** A frame that came from the box. */
export interface ReceivedFrame {
  readonly opcode: number
  readonly fin: boolean
  readonly payload: Buffer
}

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78])

export function encodeFrame(parts: FrameParts): Buffer {
  const { opcode = OPCODE.text, fin = true, reserved = 0, isMasked = true } = parts
  const payload = Buffer.from(parts.payload ?? '')
  const first = Buffer.from([(fin ? 0x80 : 0) | (reserved << 4) | opcode])
  const length = lengthOf(parts.claimed ?? BigInt(payload.length), parts.lengthBytes)
  if (!isMasked) return Buffer.concat([first, length, payload])
  length[0] = (length[0] ?? 0) | 0x80
  const masked = payload.map((byte, index) => byte ^ (MASK[index % MASK.length] ?? 0))
  return Buffer.concat([first, length, MASK, masked])
}

/** A close frame. */
export function closeFrame(code: number, reason: string | Uint8Array = ''): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)])
  return encodeFrame({ opcode: OPCODE.close, payload })
}

/** The request that asks for a web socket. */
export function upgradeRequest(path: string, ...headers: readonly string[]): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: box',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** A web socket whose client is written by hand, byte by byte. */
export class RawWebSocket {
  /** the answer to the request, when it is here */
  head = ''
  readonly frames: ReceivedFrame[] = []
  readonly socket: Socket
  #bytes = Buffer.alloc(0)
  #isClosed = false
  #onChange: () => void = () => {}

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setNoDelay(true)
    this.socket.on('data', (data) => {
      this.#bytes = Buffer.concat([this.#bytes, data])
      this.#read()
      this.#onChange()
    })
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      this.#isClosed = true
      this.#onChange()
    })
  }

  /** Asks for a web socket; resolves when the answer is here. @param more sent in the same packet */
  async open(path: string, more: Uint8Array = Buffer.alloc(0)): Promise<void> {
    this.write(Buffer.concat([Buffer.from(upgradeRequest(path)), more]))
    await this.until(() => this.head !== '' || this.#isClosed)
    if (!this.head.startsWith('HTTP/1.1 101 ')) throw new Error(`no web socket: ${this.head}`)
  }

  write(bytes: Uint8Array | string): void {
    if (!this.socket.destroyed) this.socket.write(bytes)
  }

  send(parts: FrameParts): void {
    this.write(encodeFrame(parts))
  }

  /** The next frame of this opcode that is here or comes, and is taken with it. */
  async next(opcode: number): Promise<ReceivedFrame> {
    let index = -1
    await this.until(() => {
      index = this.frames.findIndex((frame) => frame.opcode === opcode)
      return index >= 0 || this.#isClosed
    })
    const [frame] = this.frames.splice(index, 1)
    if (index < 0 || !frame) throw new Error(`closed without a frame of opcode ${opcode}`)
    return frame
  }

  /** The code of the close frame that the box sends; 1006: it closed without one. */
  async closeCode(): Promise<number> {
    const isClose = ({ opcode }: ReceivedFrame) => opcode === OPCODE.close
    await this.until(() => this.frames.some(isClose) || this.#isClosed)
    const frame = this.frames.find(isClose)
    if (!frame) return 1006
    return frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE()
  }

  /** Resolves when the box has ended the connection. */
  closed(): Promise<void> {
    return this.until(() => this.#isClosed)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  destroy(): void {
    this.socket.destroy()
  }

  /** Resolves when `isSo` says yes; it is asked whenever something came. */
  async until(isSo: () => boolean, timeoutMs = WAIT_MS): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.#onChange = () => {
          if (isSo()) resolve()
        }
        timer = setTimeout(() => reject(new Error(`nothing came in ${timeoutMs} ms`)), timeoutMs)
        this.#onChange()
      })
    } finally {
      clearTimeout(timer)
      this.#onChange = () => {}
    }
  }

  #read(): void {
    if (this.head === '') {
      const end = this.#bytes.indexOf('\r\n\r\n')
      if (end < 0) return
      this.head = this.#bytes.subarray(0, end).toString('latin1')
      this.#bytes = this.#bytes.subarray(end + 4)
    }
    for (;;) {
      const found = readFrame(this.#bytes)
      if (!found) return
      this.frames.push(found.frame)
      this.#bytes = this.#bytes.subarray(found.bytes)
    }
  }
}

function lengthOf(length: bigint, bytes?: 1 | 3 | 9): Buffer {
  const size = bytes ?? (length < 126n ? 1 : length < 65_536n ? 3 : 9)
  const buffer = Buffer.alloc(size)
  if (size === 1) buffer[0] = Number(length)
  else if (size === 3) {
    buffer[0] = 126
    buffer.writeUInt16BE(Number(length), 1)
  } else {
    buffer[0] = 127
    buffer.writeBigUInt64BE(length, 1)
  }
  return buffer
}

/** The first frame, if all of it is here. The box's are not masked. */
function readFrame(bytes: Buffer): { frame: ReceivedFrame; bytes: number } | undefined {
  const [first = 0, second = 0] = bytes
  const start = second === 126 ? 4 : second === 127 ? 10 : 2
  if (bytes.length < start) return undefined
  const length =
    start === 2 ? second : start === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const end = start + length
  if (bytes.length < end) return undefined
  const frame = {
    opcode: first & 0x0f,
    fin: first >= 0x80,
    payload: Buffer.from(bytes.subarray(start, end)),
  }
  return { frame, bytes: end }
}
