import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join, relative } from 'node:path'
import Sqlite from 'better-sqlite3'
import { poll } from './poll.ts'
import type { Supervisor } from './supervisor.ts'

const BOUNDARY = 'crash-test-boundary'
const ARRIVAL_TIMEOUT_MS = 5000
const ANSWER_TIMEOUT_MS = 10_000

/** The ways to upload a file. */
export type UploadKind = 'PUT' | 'form'

/** Files below a folder of the box. */
export function filesBelow(filesDir: string, folder: 'uploads' | 'incoming'): string[] {
  const top = join(filesDir, folder)
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)))
}

/** Paths in the box's index of files. */
export function indexedFiles(filesDir: string): string[] {
  const db = new Sqlite(join(filesDir, 'box.sqlite'), { readonly: true })
  try {
    return db.prepare<[], string>('SELECT path FROM files').pluck().all()
  } finally {
    db.close()
  }
}

/** An upload that is sent piece by piece, over a socket that can be cut. */
export class SlowUpload {
  readonly #filesDir: string
  readonly #socket: Socket
  readonly #request: Buffer
  readonly #headBytes: number
  #sent = 0
  #answer = ''

  private constructor(filesDir: string, socket: Socket, head: Buffer, body: Buffer) {
    this.#filesDir = filesDir
    this.#socket = socket
    this.#headBytes = head.length
    this.#request = Buffer.concat([head, body])
    socket.on('data', (data) => {
      this.#answer += data
    })
    // A box that ends shows as no answer.
    socket.on('error', () => {})
  }

  /** Sends all but the last half of so many bytes, and sees it arrive. */
  static async begin(supervisor: Supervisor, bytes: number): Promise<SlowUpload> {
    const upload = await SlowUpload.open(supervisor, 'PUT', bytes)
    await upload.send(0.5)
    return upload
  }

  /** Connects; nothing is sent yet. */
  static async open(
    { port, filesDir }: Supervisor,
    kind: UploadKind,
    bytes: number,
  ): Promise<SlowUpload> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new SlowUpload(filesDir, socket, ...requestOf(kind, randomBytes(bytes)))
  }

  /** Sends it up to this share of its body. Resolves when the box is at work on it. */
  async send(share: number): Promise<void> {
    const end = this.#headBytes + Math.floor((this.#request.length - this.#headBytes) * share)
    const isTaken = new Promise((resolve) =>
      this.#socket.write(this.#request.subarray(this.#sent, end), resolve),
    )
    this.#sent = end
    await isTaken
    if (share === 0 || share === 1) return
    await poll(
      'the upload arrives',
      ARRIVAL_TIMEOUT_MS,
      () => filesBelow(this.#filesDir, 'incoming').length > 0,
    )
  }

  /** Sends the rest. @returns the status of the answer; 0: there was none */
  async finish(): Promise<number> {
    await this.send(1)
    await poll('the upload is answered', ANSWER_TIMEOUT_MS, () => {
      return this.#answer.includes('\r\n') || this.#socket.destroyed
    })
    this.cut()
    return Number(/^HTTP\/1.1 (\d+)/.exec(this.#answer)?.[1] ?? 0)
  }

  cut(): void {
    this.#socket.destroy()
  }
}

function requestOf(kind: UploadKind, bytes: Buffer): [head: Buffer, body: Buffer] {
  const hash = createHash('sha256').update(bytes).digest('base64url')
  const path = `apps/io.test.crash/${hash}/data/${hash}`
  if (kind === 'PUT')
    return [headOf('PUT', `/files/${path}`, bytes, 'application/octet-stream'), bytes]
  const disposition = `Content-Disposition: form-data; name="${path}"; filename="file"`
  const body = Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\n\r\n`),
    bytes,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
  return [headOf('POST', '/files/', body, `multipart/form-data; boundary=${BOUNDARY}`), body]
}

function headOf(method: string, target: string, body: Buffer, type: string): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: box',
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
