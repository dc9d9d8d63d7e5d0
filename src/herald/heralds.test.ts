import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../test/support/certificate.ts'
import { parseAllowedHosts } from './allowed-hosts.ts'
import { Heralds, type HeraldsParts } from './heralds.ts'

const SESSION = 'S'
const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 }
const FAILS_AFTER_MS = 300

/** A server that remembers what it was told. */
interface TestHerald {
  readonly port: number
  readonly told: Array<Record<string, unknown>>
  /** connections now, and the most there ever were */
  readonly open: { now: number; most: number }
}

let servers: Array<{ close(): void; closeAllConnections?(): void }>
let heralds: Heralds | undefined
let outcomes: string[]
let failures: string[]
let logged: object[]
let lookups: string[]

beforeEach(() => {
  servers = []
  outcomes = []
  failures = []
  logged = []
  lookups = []
})

afterEach(async () => {
  await heralds?.close()
  heralds = undefined
  for (const server of servers) {
    server.closeAllConnections?.()
    server.close()
  }
})

function open(allowed: string, parts: Partial<HeraldsParts> = {}): Heralds {
  heralds = new Heralds({
    allowed: parseAllowedHosts(allowed),
    clock: { now: () => 0, wallTime: () => 1_700_000_000_000 },
    log: { warn: (fields) => logged.push(fields) },
    onOutcome: (outcome) => outcomes.push(outcome),
    resolve: async (hostname) => {
      lookups.push(hostname)
      return [LOOPBACK]
    },
    ...parts,
  })
  return heralds
}

function tell(url: string, news = {}, sessionId = SESSION): void {
  const whole = { url, all: [['a']], joined: [['a']], left: [], ...news }
  heralds?.tell(sessionId, whole, ({ text: why, level }) => failures.push(`${level}: ${why}`))
}

/** Waits until so many calls have come to an end. */
async function ended(count: number): Promise<void> {
  await expect.poll(() => outcomes.length, { interval: 5, timeout: 8000 }).toBe(count)
}

async function startHerald(
  answer: RequestListener = (_, response) => response.end(),
): Promise<TestHerald> {
  const told: TestHerald['told'] = []
  const open = { now: 0, most: 0 }
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    told.push({ method, url, headers, body: JSON.parse(await text(request)) })
    answer(request, response)
  })
  server.on('connection', (socket) => {
    open.now += 1
    open.most = Math.max(open.most, open.now)
    socket.on('close', () => {
      open.now -= 1
    })
  })
  return { port: await listen(server), told, open }
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('a herald', () => {
  it('is told by POST who is there', async () => {
    const herald = await startHerald()
    open(`herald.example:${herald.port}`)
    tell(`http://herald.example:${herald.port}/here?key=1`, { left: [['b']] })
    await ended(1)
    expect(herald.told).toMatchObject([
      {
        method: 'POST',
        url: '/here?key=1',
        headers: { 'content-type': 'application/json', host: `herald.example:${herald.port}` },
        body: {
          ...{ time: 1_700_000_000_000, id: SESSION },
          ...{ all: [['a']], joined: [['a']], left: [['b']] },
        },
      },
    ])
    expect(outcomes).toEqual(['told'])
    expect(failures).toEqual([])
    expect(logged).toEqual([])
  })

  it('is looked up once, and called where that led', async () => {
    const herald = await startHerald()
    // Asked again, the name would lead to where nobody listens.
    open(`herald.example:${herald.port}`, {
      resolve: async (hostname) => {
        lookups.push(hostname)
        return lookups.length === 1 ? [LOOPBACK] : [{ address: '127.0.0.2', family: 4 }]
      },
    })
    tell(`http://herald.example:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['told'])
    expect(lookups).toEqual(['herald.example'])
  })

  it('with several addresses is tried at each', async () => {
    const herald = await startHerald()
    const nobody = { address: '127.0.0.2', family: 4 }
    open(`herald.example:${herald.port}`, { resolve: async () => [nobody, LOOPBACK] })
    tell(`http://herald.example:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['told'])
  })

  it('over https has to have a certificate for its name', async () => {
    const { certificate: cert, key, issuer } = await makeCertificate(['herald.example'])
    const names: unknown[] = []
    const server = createSecureServer({ key, cert }, (request, response) => {
      names.push((request.socket as TLSSocket).servername)
      response.end()
    })
    const port = await listen(server)
    open(`herald.example:${port},other.example:${port}`)
    const trustedBefore = getCACertificates('default')
    tell(`https://herald.example:${port}/`)
    await ended(1)
    setDefaultCACertificates([...trustedBefore, issuer.certificate])
    try {
      tell(`https://herald.example:${port}/`)
      await ended(2)
      tell(`https://other.example:${port}/`)
      await ended(3)
    } finally {
      setDefaultCACertificates(trustedBefore)
    }
    expect(outcomes).toEqual(['failed', 'told', 'failed'])
    expect(names).toEqual(['herald.example'])
  })

  it('may be an address that is listed', async () => {
    const herald = await startHerald()
    open(`127.0.0.1:${herald.port}`)
    tell(`http://127.0.0.1:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['told'])
    expect(lookups).toEqual([])
  })
})

describe('nobody is called', () => {
  it('if no host is listed, and nothing is said', () => {
    open('')
    tell('http://herald.example/')
    expect([outcomes, failures, lookups]).toEqual([[], [], []])
  })

  it.each([
    'http://other.example/',
    'http://127.0.0.1/',
    'ftp://herald.example/',
    'file:///etc/passwd',
    'http://user:secret@herald.example/',
    'herald.example',
    '//herald.example/',
    `http://herald.example/${'x'.repeat(2000)}`,
    `http://${'x'.repeat(100_000)}/`,
  ])('at %.60s', async (url) => {
    open('herald.example')
    tell(url)
    expect(outcomes).toEqual(['refused'])
    expect(failures).toEqual([expect.stringMatching(/^error: The herald .* was not told who/)])
    expect(failures[0]?.length).toBeLessThan(200)
    expect(lookups).toEqual([])
  })

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
  ])('at %s by a name that only a wildcard allows', async (address) => {
    const herald = await startHerald()
    const addresses = [
      { address: '8.8.8.8', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ]
    open(`*.example.org:${herald.port}`, { resolve: async () => addresses })
    tell(`http://a.example.org:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['refused'])
    expect(failures).toEqual([expect.stringContaining('private network')])
    expect(herald.told).toEqual([])
  })
})

describe('it is no success', () => {
  it.each([404, 500, 301, 307])('if it answers %i', async (status) => {
    const other = await startHerald()
    const herald = await startHerald((_, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${other.port}/` }).end()
    })
    open(`127.0.0.1:${herald.port},127.0.0.1:${other.port}`)
    tell(`http://127.0.0.1:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['failed'])
    expect(failures).toEqual([expect.stringMatching(`^warning: .* answered with status ${status}`)])
    expect(other.told).toEqual([])
  })

  it('if its name is not known', async () => {
    const unknown = async () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }))
    open('herald.example', { resolve: unknown })
    tell('http://herald.example/')
    await ended(1)
    expect(failures).toEqual([
      'error: The herald herald.example was not told who is here: its name is not known here.',
    ])
  })

  it('if nobody listens there', async () => {
    open('127.0.0.1:1')
    tell('http://127.0.0.1:1/')
    await ended(1)
    expect(failures).toEqual([expect.stringContaining('cannot be reached (ECONNREFUSED)')])
  })

  it('if what speaks there is no web server', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0\r\n')))
    open(`127.0.0.1:${port}`)
    tell(`http://127.0.0.1:${port}/`)
    tell(`https://127.0.0.1:${port}/`, {}, 'T')
    await ended(2)
    expect(outcomes).toEqual(['failed', 'failed'])
  })

  it('if it wants to speak another protocol', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
        )
      }),
    )
    open(`127.0.0.1:${port}`)
    tell(`http://127.0.0.1:${port}/`)
    await ended(1)
    expect(outcomes).toEqual(['failed'])
  })

  it('if it does not answer in time', async () => {
    const herald = await startHerald(() => {})
    open(`127.0.0.1:${herald.port}`, { callMs: FAILS_AFTER_MS })
    tell(`http://127.0.0.1:${herald.port}/`)
    await ended(1)
    expect(failures).toEqual([expect.stringContaining('did not answer in time')])
    await expect.poll(() => herald.open.now).toBe(0)
  })

  it('if its name is not looked up in time', async () => {
    const { promise, resolve } = Promise.withResolvers<LookupAddress[]>()
    open('herald.example', { callMs: FAILS_AFTER_MS, resolve: () => promise })
    tell('http://herald.example/')
    await ended(1)
    expect(failures).toEqual([expect.stringContaining('did not answer in time')])
    resolve([])
  })

  it('and it is not tried again, and logged once a minute', async () => {
    const herald = await startHerald((_, response) => response.writeHead(503).end())
    open(`127.0.0.1:${herald.port}`)
    for (let i = 0; i < 10; i += 1) tell(`http://127.0.0.1:${herald.port}/`, {}, `S${i}`)
    await ended(10)
    expect(herald.told).toHaveLength(10)
    expect(failures).toHaveLength(10)
    expect(logged).toMatchObject([{ event: 'herald-failed', host: `127.0.0.1:${herald.port}` }])
  })
})

describe('an answer without end', () => {
  it('is left after its first bytes', async () => {
    const herald = await startHerald((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      }
      response.on('drain', pour)
      pour()
    })
    open(`127.0.0.1:${herald.port}`)
    tell(`http://127.0.0.1:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['told'])
    await expect.poll(() => herald.open.now).toBe(0)
  })

  it('that comes slowly is left when time is up', async () => {
    const herald = await startHerald((_, response) => response.write('x'))
    open(`127.0.0.1:${herald.port}`, { callMs: FAILS_AFTER_MS })
    tell(`http://127.0.0.1:${herald.port}/`)
    await ended(1)
    expect(outcomes).toEqual(['told'])
    await expect.poll(() => herald.open.now).toBe(0)
  })

  it('is left when its head has no end either', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        const pour = () => {
          while (!socket.destroyed && socket.write(`x: ${'y'.repeat(1000)}\r\n`));
        }
        socket.on('error', () => socket.destroy()).on('drain', pour)
        socket.write('HTTP/1.1 200 OK\r\n')
        pour()
      }),
    )
    open(`127.0.0.1:${port}`)
    tell(`http://127.0.0.1:${port}/`)
    await ended(1)
    expect(outcomes).toEqual(['failed'])
  })
})

describe('a burst', () => {
  it('of 10,000 joins of one session is told in two calls, with everybody in it', async () => {
    const herald = await startHerald()
    open(`127.0.0.1:${herald.port}`)
    const users = Array.from({ length: 10_000 }, (_, index) => `user ${index}`)
    for (const [index, user] of users.entries()) {
      const all = index === users.length - 1 ? users : []
      tell(`http://127.0.0.1:${herald.port}/`, { joined: [user], all })
    }
    await ended(2)
    const bodies = herald.told.map(({ body }) => body as { all: string[]; joined: string[] })
    expect(bodies.flatMap(({ joined }) => joined)).toEqual(users)
    expect(bodies.at(-1)?.all).toEqual(users)
  })

  it('of 10,000 sessions keeps a thousand waiting, and calls four at a time', async () => {
    const herald = await startHerald((_, response) => setImmediate(() => response.end()))
    open(`127.0.0.1:${herald.port}`)
    for (let i = 0; i < 10_000; i += 1) tell(`http://127.0.0.1:${herald.port}/`, {}, `S${i}`)
    expect(outcomes).toHaveLength(10_000 - 1004)
    expect(new Set(outcomes)).toEqual(new Set(['dropped']))
    expect(logged).toHaveLength(1)
    await ended(10_000)
    expect(outcomes.filter((outcome) => outcome === 'told')).toHaveLength(1004)
    expect(herald.open.most).toBeLessThanOrEqual(4)
  })
})

it('gives up what is under way when it is closed, and calls nobody afterwards', async () => {
  const herald = await startHerald(() => {})
  open(`127.0.0.1:${herald.port}`)
  for (let i = 0; i < 10; i += 1) tell(`http://127.0.0.1:${herald.port}/`, {}, `S${i}`)
  await expect.poll(() => herald.told.length).toBe(4)
  await heralds?.close()
  tell(`http://127.0.0.1:${herald.port}/`)
  await expect.poll(() => herald.open.now).toBe(0)
  expect(herald.told).toHaveLength(4)
  expect([outcomes, failures, logged]).toEqual([[], [], []])
})
