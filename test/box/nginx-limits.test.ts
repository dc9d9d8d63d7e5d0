import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startNginx, type TestNginx } from '../support/nginx.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'

const CLIENTS = 300
/** What a browser loads of a page, over connections that it keeps. */
const REQUESTS_PER_CLIENT = 10
const CONNECTIONS_PER_CLIENT = 6
/** Longer than the timeouts that are set here, by far. */
const SILENCE_MS = 2500
/** Those who are cut off are so within this, which is sooner than by the default timeouts (ms). */
const CUT_WITHIN_MS = 10_000

const clients = new RawClients()
let box: TestBox
let nginx: TestNginx

beforeAll(async () => {
  box = await startBox()
})

afterEach(async () => {
  await clients.closeAll()
  await nginx?.stop()
})

afterAll(() => box?.stop())

test('300 clients that come at once from one address are all let in', async () => {
  nginx = await startNginx(box.port)
  const join = async () => {
    const client = await clients.connect(reflectorUrl(), randomSessionId())
    await client.join()
  }
  const come = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_PER_CLIENT })
    const loads = Array.from({ length: REQUESTS_PER_CLIENT }, () => statusOf('/healthz', agent))
    const [statuses] = await Promise.all([Promise.all(loads), join()])
    agent.destroy()
    return statuses
  }
  const statuses = await Promise.all(Array.from({ length: CLIENTS }, come))
  expect(new Set(statuses.flat())).toEqual(new Set([200]))
  expect(statuses.flat()).toHaveLength(CLIENTS * REQUESTS_PER_CLIENT)
})

describe('who asks too much of the box', () => {
  test('is told so, in a way that pages of any origin can read', async () => {
    nginx = await startNginx(box.port, {
      env: { NGINX_REQUESTS_PER_SECOND: '1', NGINX_REQUEST_BURST: '5' },
    })
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${nginx.httpUrl}/files/nothing`)),
    )
    const refused = responses.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(12)
    expect(responses.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(6)
    for (const { headers } of refused) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('retry-after')).toBe('1')
    }
    expect(await refused[0]?.json()).toMatchObject({ error: 'Too Many Requests' })
    await Promise.all(responses.map(({ bodyUsed, body }) => !bodyUsed && body?.cancel()))
    await delay(1100)
    expect((await fetch(`${nginx.httpUrl}/files/nothing`)).status).toBe(404)
  })

  test('has no more web sockets than an address may', async () => {
    nginx = await startNginx(box.port, { env: { NGINX_CONNECTIONS_PER_ADDRESS: '3' } })
    const sessionId = randomSessionId()
    const open = () => clients.connect(reflectorUrl(), sessionId)
    const [first] = [await open(), await open(), await open()]
    await expect(open()).rejects.toThrow('429')
    await first?.close()
    await expect
      .poll(() =>
        open().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  })
})

describe('who is slow', () => {
  const env = { NGINX_HEADER_TIMEOUT: '1s', NGINX_BODY_TIMEOUT: '1s' }

  test('with the head of a request is cut off, though it goes on', async () => {
    nginx = await startNginx(box.port, { env })
    const socket = await open('GET /healthz HTTP/1.1\r\nHost: box\r\n')
    const trickle = setInterval(() => socket.write('X-A: b\r\n'), 100)
    const start = performance.now()
    await closed(socket)
    clearInterval(trickle)
    expect(performance.now() - start).toBeLessThan(CUT_WITHIN_MS)
  })

  test('with the body of an upload is cut off, and nothing of it is kept', async () => {
    nginx = await startNginx(box.port, { env })
    const path = `/files/apps/org.example.slow/${randomSessionId()}/save/${randomSessionId()}`
    const socket = await open(`PUT ${path} HTTP/1.1\r\nHost: box\r\nContent-Length: 1000\r\n\r\n1`)
    const start = performance.now()
    await closed(socket)
    expect(performance.now() - start).toBeLessThan(CUT_WITHIN_MS)
    expect((await fetch(nginx.httpUrl + path)).status).toBe(404)
  })

  test('but not a web socket on which nothing is said', async () => {
    nginx = await startNginx(box.port, { env })
    const client = await clients.connect(reflectorUrl(), randomSessionId())
    await client.join({ ticks: { tick: 30_000 } })
    await delay(SILENCE_MS)
    await client.ping()
    expect(client.isOpen).toBe(true)
  })

  test('but not an upload that goes on', async () => {
    // Longer than a busy machine makes anybody wait, shorter than the upload.
    nginx = await startNginx(box.port, { env: { ...env, NGINX_BODY_TIMEOUT: '3s' } })
    const path = `/files/apps/org.example.slow/${randomSessionId()}/save/${randomSessionId()}`
    const upload = request(nginx.httpUrl + path, { method: 'PUT' })
    const sendSlowly = async () => {
      for (let sent = 0; sent < 20; sent += 1) {
        upload.write(randomBytes(1000))
        await delay(200)
      }
      upload.end()
    }
    const [[response]] = await Promise.all([once(upload, 'response'), sendSlowly()])
    await buffer(response)
    expect(response.statusCode).toBe(201)
  })
})

test.each([
  ['is as long as any that is of use', 6000, 200],
  ['is longer', 10_000, 400],
])('a header that %s', async (_, length, status) => {
  nginx = await startNginx(box.port)
  const headers = { cookie: 'x'.repeat(length) }
  const response = await fetch(`${nginx.httpUrl}/healthz`, { headers })
  expect(response.status).toBe(status)
  expect(await response.text()).not.toMatch(/\d\.\d/)
})

test('nobody is told the version of nginx', async () => {
  nginx = await startNginx(box.port)
  const socket = await open('no request\r\n\r\n')
  const answer = await text(socket)
  expect(answer).toContain('400 Bad Request')
  expect(answer).not.toMatch(/nginx\/\d/)
  const { headers } = await fetch(`${nginx.httpUrl}/`)
  expect(headers.get('server')).toBe('nginx')
})

function reflectorUrl(): string {
  return `${nginx.httpUrl}/reflector`
}

async function statusOf(path: string, agent: Agent): Promise<number | undefined> {
  const [response] = await once(request(nginx.httpUrl + path, { agent }).end(), 'response')
  await buffer(response)
  return response.statusCode
}

async function open(text: string): Promise<Socket> {
  const { hostname, port } = new URL(nginx.httpUrl)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** What comes from a socket is of no interest until it is closed. */
async function closed(socket: Socket): Promise<void> {
  socket.resume()
  // Writing on is an error by then, which is as good.
  await new Promise((resolve) => socket.once('close', resolve))
}
