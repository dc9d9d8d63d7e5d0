import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import type { Random } from '../crash/random.ts'
import { inPieces, mutate, pickOne } from './mutation.ts'

const HASH = 'h'.repeat(43)
const BODY = 'some bytes'
const BODY_HASH = createHash('sha256').update(BODY).digest('base64url')
const SNAPSHOT = `/files/snapshots/${HASH}/0000005210_4294967281-${HASH}.snap`
const DATA = `/files/apps/org.example.app/${HASH}/data/${BODY_HASH}`
const BROWSER = [
  'Origin: https://app.example',
  'User-Agent: Mozilla/5.0',
  'Accept: */*',
  'Accept-Encoding: gzip, deflate, br',
  'X-Croquet-App: org.example.app',
  'X-Croquet-Path: /',
]
/** The box answers, or closes, when all was sent; within this (ms). */
const ANSWER_MS = 8000

/** Requests as browsers and curl send them. */
const REQUESTS: readonly Buffer[] = [
  request(
    'PUT',
    SNAPSHOT,
    ['Content-Type: application/octet-stream', `Content-Length: ${BODY.length}`],
    BODY,
  ),
  request('PUT', DATA, ['Content-Type: text/plain', `Content-Length: ${BODY.length}`], BODY),
  request('PUT', SNAPSHOT.replace('5210', '5211'), ['Transfer-Encoding: chunked'], chunked(BODY)),
  request('PUT', SNAPSHOT, ['Expect: 100-continue', `Content-Length: ${BODY.length}`], BODY),
  request('GET', SNAPSHOT, []),
  request('GET', DATA, ['Range: bytes=2-5']),
  request('HEAD', DATA, ['If-None-Match: "x"']),
  request('GET', DATA, ['X-Sendfile-Type: X-Accel-Redirect', 'X-Forwarded-For: 10.0.0.1']),
  request('OPTIONS', SNAPSHOT, ['Access-Control-Request-Method: PUT']),
  request('POST', '/files/', formHeaders(form()), form()),
  request('GET', '/', []),
  request('GET', '/lib/@croquet/croquet@2.0.4/pub/croquet.min.js', ['Range: bytes=0-10']),
  request('GET', '/healthz', ['X-Forwarded-Host: x', 'X-Forwarded-Proto: https']),
  request('GET', `/users/${HASH}`, []),
].map((text) => Buffer.from(text))

/** HTTP as it should be, as it should not be, and neither. */
export class RequestFuzz {
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  /** Sends some requests on one connection. Throws if the box neither answers nor closes, or answers 500. */
  async attempt(random: Random): Promise<void> {
    const count = Math.floor(random.between(1, 4))
    const requests = Array.from({ length: count }, () => {
      const plain = pickOne(random, REQUESTS)
      return random.next() < 0.8 ? mutate(random, plain, REQUESTS) : plain
    })
    const bytes = Buffer.concat(requests)
    const answers = await this.#exchange(random, bytes)
    for (const [, status] of answers.matchAll(/^HTTP\/1\.1 (\d+) /gm)) {
      if (status === '500') throw new Error(`500 to ${bytes.toString('latin1')}`)
    }
  }

  async #exchange(random: Random, bytes: Buffer): Promise<string> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true })
    let answers = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      answers += data.toString('latin1')
    })
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        socket.on('close', () => resolve())
        socket.on('end', () => resolve())
        for (const piece of inPieces(random, bytes)) socket.write(piece)
        // Half of them go at once: a request may be cut off anywhere.
        if (random.next() < 0.5) socket.end()
        else setTimeout(() => socket.destroy(), random.between(1, 20))
        const what = () => new Error(`no answer to ${JSON.stringify(bytes.toString('latin1'))}`)
        timer = setTimeout(() => reject(what()), ANSWER_MS)
      })
    } finally {
      clearTimeout(timer)
      socket.destroy()
    }
    return answers
  }
}

function request(method: string, target: string, headers: readonly string[], body = ''): string {
  const head = [`${method} ${target} HTTP/1.1`, 'Host: box:8888', ...BROWSER, ...headers]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

function chunked(body: string): string {
  return `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`
}

function form(): string {
  const part = (name: string, value: string) =>
    `--box\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n${value}\r\n`
  const names = [DATA, SNAPSHOT.replace('5210', '5212')].map((path) => path.slice('/files/'.length))
  return `${names.map((name) => part(name, BODY)).join('')}--box--\r\n`
}

function formHeaders(body: string): string[] {
  return ['Content-Type: multipart/form-data; boundary=box', `Content-Length: ${body.length}`]
}
