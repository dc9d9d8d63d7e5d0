import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const DRIP_EVERY_MS = 5000
/** Whoever was turned away comes back after this (ms). */
const RETURN_AFTER_MS = 100
const PIECE = Buffer.alloc(65_536, 'x')
const CHUNK = Buffer.concat([
  Buffer.from(`${PIECE.length.toString(16)}\r\n`),
  PIECE,
  Buffer.from('\r\n'),
])
/** Status of an upload that was cut without an answer. */
const NO_ANSWER = 0

export interface UploadAbuse {
  /** uploads at once */
  readonly count: number
  /** of each upload */
  readonly bytes: number
  /** where they say that they come from, as a proxy would */
  readonly address: string
}

/** How many uploads were answered with which status; 0: with none. */
export type Answers = ReadonlyMap<number, number>

/** Uploads that bring a byte every few seconds. Whoever is cut off comes back, until it is told to stop. */
export function slowUploads(
  baseUrl: string,
  signal: AbortSignal,
  abuse: UploadAbuse,
): Promise<Answers> {
  return keepUploading(baseUrl, signal, abuse, async (socket) => {
    socket.write(headOf(abuse, `Content-Length: ${abuse.bytes}`))
    while (!socket.destroyed) {
      socket.write('x')
      await pause(DRIP_EVERY_MS, signal)
    }
  })
}

/**
 * Uploads as large and as fast as can be, of which every other one does not say how large it is going to be.
 * Whoever is turned away comes back.
 */
export function largestUploads(
  baseUrl: string,
  signal: AbortSignal,
  abuse: UploadAbuse,
): Promise<Answers> {
  let number = 0
  return keepUploading(baseUrl, signal, abuse, async (socket) => {
    number += 1
    const isChunked = number % 2 === 0
    socket.write(
      headOf(abuse, isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${abuse.bytes}`),
    )
    const pieces = Math.floor(abuse.bytes / PIECE.length)
    for (let n = 0; n < pieces && !socket.destroyed; n += 1) {
      if (!socket.write(isChunked ? CHUNK : PIECE)) await drained(socket)
    }
    socket.write(isChunked ? '0\r\n\r\n' : PIECE.subarray(0, abuse.bytes % PIECE.length))
  })
}

async function keepUploading(
  baseUrl: string,
  signal: AbortSignal,
  { count }: UploadAbuse,
  send: (socket: Socket) => Promise<void>,
): Promise<Answers> {
  const answers = new Map<number, number>()
  const abusers = Array.from({ length: count }, async () => {
    while (!signal.aborted) {
      const status = await uploadOnce(baseUrl, signal, send)
      if (status !== undefined) answers.set(status, (answers.get(status) ?? 0) + 1)
      await pause(RETURN_AFTER_MS, signal)
    }
  })
  await Promise.all(abusers)
  return answers
}

/** @returns undefined if it was stopped by its own side */
async function uploadOnce(
  baseUrl: string,
  signal: AbortSignal,
  send: (socket: Socket) => Promise<void>,
): Promise<number | undefined> {
  const { hostname, port } = new URL(baseUrl)
  const socket = connect(Number(port), hostname)
  const stop = () => socket.destroy()
  signal.addEventListener('abort', stop)
  let answer = ''
  socket.on('error', () => {})
  socket.on('data', (data) => {
    answer += data
    socket.destroy()
  })
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await Promise.all([closed, send(socket)])
  signal.removeEventListener('abort', stop)
  if (signal.aborted) return undefined
  return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? NO_ANSWER)
}

function headOf({ address }: UploadAbuse, header: string): string {
  const session = randomBytes(32).toString('base64url')
  const lines = [
    `PUT /files/snapshots/${session}/0000000001_1-${session}.snap HTTP/1.1`,
    'Host: box',
    `X-Forwarded-For: ${address}`,
    header,
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {})
}
