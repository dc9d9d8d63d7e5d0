import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createPatientServer } from './patient-server.ts'

const MAX_HEADER_BYTES = 16_384
const MAX_CONNECTIONS = 5
const LEAST_RATE = 1000

let routing: PromiseWithResolvers<RequestListener>
let server: Server
let host: string
let breaches: string[]

beforeEach(async () => {
  routing = Promise.withResolvers()
  routing.promise.catch(() => {})
  breaches = []
  server = createPatientServer(routing.promise, {
    maxHeaderBytes: MAX_HEADER_BYTES,
    maxConnections: MAX_CONNECTIONS,
    leastRate: LEAST_RATE,
    ...{ connectionsPerAddress: 100, accountOf: () => undefined },
    takesUpgrades: true,
    clientAddress: ({ headers }) => String(headers['x-forwarded-for'] ?? 'somebody'),
    onBreach: (limit, address) => breaches.push(`${limit} ${address}`),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
})

it('lets requests wait until there is somebody to answer them', async () => {
  const answers = ['/one', '/two'].map(async (path) =>
    (await fetch(`http://${host}${path}`)).text(),
  )
  await once(server, 'request')
  routing.resolve((request, response) => response.end(request.url))
  expect(await Promise.all(answers)).toEqual(['/one', '/two'])
  expect(await (await fetch(`http://${host}/three`)).text()).toBe('/three')
})

it('cuts them off if nobody ever will', async () => {
  const answer = fetch(`http://${host}/`)
  await once(server, 'request')
  routing.reject(new Error('no app'))
  await expect(answer).rejects.toThrow()
})

it('drops a connection on which a request stands still for two minutes', async () => {
  routing.resolve(({ socket }, response) => response.end(String(socket.timeout)))
  expect(await (await fetch(`http://${host}/`)).text()).toBe('120000')
})

it('takes web sockets meanwhile, without a limit of its own', async () => {
  const sockets = new WebSocketServer({ noServer: true })
  let limit: number | undefined = Infinity
  server.on('upgrade', (request, socket, head) => {
    limit = request.socket.timeout
    sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('hello'))
  })
  const client = new WebSocket(`ws://${host}/`)
  const [greeting] = await once(client, 'message')
  expect(String(greeting)).toBe('hello')
  expect(limit).toBe(undefined)
  client.terminate()
})

/** A connection on which a test writes by hand. */
async function open(): Promise<{ socket: Socket; closed: Promise<string> }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    received += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)))
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, closed }
}

/** What comes back for these bytes until the connection is closed. */
async function answerTo(bytes: string): Promise<string> {
  const { socket, closed } = await open()
  socket.write(bytes)
  return closed
}

function headOf(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: box', ...headers, '', ''].join('\r\n')
}

describe('[LIMIT25] a head that is too much', () => {
  const many = Array.from({ length: 100 }, (_, n) => `X-${n}: 1`)
  const far = Array.from({ length: 1000 }, (_, n) => `X-${n}: 1`)
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket']

  beforeEach(() => routing.resolve((_request, response) => response.end('let in')))

  it.each([
    ['a long address', 414, 'url-length', headOf(`/${'x'.repeat(8192)}`)],
    ['many headers', 431, 'header-count', headOf('/', ...many)],
    ['far too many headers', 431, 'header-count', headOf('/', ...far)],
    ['a long address of a web socket', 414, 'url-length', headOf('/'.repeat(8193), ...upgrade)],
    ['many headers of a web socket', 431, 'header-count', headOf('/', ...upgrade, ...many)],
  ])('%s is %i', async (_what, status, limit, head) => {
    server.on('upgrade', () => expect.unreachable())
    const answer = await answerTo(head)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toContain('Access-Control-Allow-Origin: *')
    expect(breaches).toEqual([`${limit} somebody`])
  })

  it('more bytes than the limit are 431', async () => {
    expect(await answerTo(headOf('/', `X: ${'x'.repeat(MAX_HEADER_BYTES)}`))).toMatch(
      /^HTTP\/1.1 431 /,
    )
    expect(breaches).toEqual(['header-bytes 127.0.0.1'])
  })

  it('what is not too much is let in', async () => {
    const headers = many.slice(3).map((header) => `${header}${'x'.repeat(60)}`)
    const path = `/${'x'.repeat(8191)}`
    const answer = await answerTo(headOf(path, ...headers, 'Connection: close'))
    expect(answer).toContain('let in')
    expect(breaches).toEqual([])
  })
})

it('what is no HTTP is 400, and no matter of limits', async () => {
  expect(await answerTo('SSH-2.0-OpenSSH\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
  expect(breaches).toEqual([])
})

describe('[LIMIT26] connections', () => {
  it('beyond the limit are not taken', async () => {
    const taken = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, open))
    const refused = await open()
    expect(await refused.closed).toBe('')
    expect(breaches).toEqual(['connections 127.0.0.1'])
    for (const { socket } of taken) socket.destroy()
  })
})

describe('[LIMIT24] a sender that is too slow', () => {
  const upload = headOf('/').replace('GET', 'PUT')

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['before its end', 'Content-Length: 5000', 'some of it'],
    ['in the middle of a chunk', 'Transfer-Encoding: chunked', 'ff\r\nsome of it'],
    ['at once', 'Content-Length: 5000', ''],
  ])('and stops %s is 408', async (_what, header, start) => {
    const requests = once(server, 'request')
    const { socket, closed } = await open()
    socket.write(`${upload.trimEnd()}\r\nX-Forwarded-For: 10.0.0.7\r\n${header}\r\n\r\n${start}`)
    const [request] = await requests
    const ended = new Promise((resolve) => request.on('close', resolve))
    routing.resolve((reading) => reading.resume())
    await expect.poll(() => request).toMatchObject({ readableFlowing: true, readableLength: 0 })
    vi.advanceTimersByTime(29_000)
    expect(socket.destroyed).toBe(false)
    vi.advanceTimersByTime(6000)
    expect(await closed).toMatch(/^HTTP\/1.1 408 .*Access-Control-Allow-Origin: \*/s)
    await ended
    expect(breaches).toEqual(['slow-upload 10.0.0.7'])
  })

  it('is cut without a second answer if it was answered', async () => {
    routing.resolve((_request, response) => response.end('too much of it'))
    const { socket, closed } = await open()
    socket.write(upload.replace('\r\n\r\n', '\r\nContent-Length: 5000\r\n\r\nsome'))
    await once(socket, 'data')
    vi.advanceTimersByTime(35_000)
    const answer = await closed
    expect(answer).toContain('too much of it')
    expect(answer).not.toContain('408')
  })

  it('leaves no timer behind when it is done', async () => {
    routing.resolve((request, response) => request.resume().on('end', () => response.end('ok')))
    await fetch(`http://${host}/`, { method: 'PUT', body: 'all of it' })
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(5000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
