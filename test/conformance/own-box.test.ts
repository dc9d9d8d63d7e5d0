import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RawClient, RawClients, randomSessionId } from '../support/raw-client.ts'
import { startBox, type TestBox } from '../support/start-box.ts'
import { nextUsers, reflect } from './reflected.ts'
import { randomBytes, snapArgs, snapshotPath, UPLOAD_HEADERS } from './scene.ts'

const clients = new RawClients()
let filesDir: string
let box: TestBox

beforeEach(async () => {
  filesDir = await mkdtemp(join(tmpdir(), 'own-box-'))
  box = await startBox({ BOX_FILES_DIR: filesDir })
})

afterEach(async () => {
  await clients.closeAll()
  await box.stop()
  await rm(filesDir, { recursive: true })
})

test('[CLOSE3] a box that stops closes all connections with 4003', async () => {
  const member = await connect()
  await member.join()
  const stranger = await connect()
  await box.stop()
  expect(await member.closed()).toMatchObject({ code: 4003 })
  expect(await stranger.closed()).toMatchObject({ code: 4003 })
})

test('[SYNC8] the timeline and all else outlive a restart of the box', async () => {
  const sessionId = randomSessionId()
  const client = await connect(sessionId)
  const { timeline } = await client.join({ tove: 'secret' })
  await nextUsers(client)
  const [time, seq] = await reflect(client, 'hello')
  const messages = client.argsOf('RECV')
  await restart()
  const sync = await (await connect(sessionId)).join({ tove: 'other' })
  expect(sync).toMatchObject({ timeline, seq, tove: 'secret', messages })
  expect(sync.time).toBeGreaterThanOrEqual(time)
})

test('[SNAP8] a snapshot whose file is gone gives way to the one before it', async () => {
  const sessionId = randomSessionId()
  const client = await connect(sessionId)
  await client.join()
  await nextUsers(client)
  const first = await snap(client, await reflect(client, 'a'))
  await reflect(client, 'b')
  const second = await snap(client, await reflect(client, 'c'))
  await restart(() => rm(join(filesDir, 'uploads', second)))
  const sync = await (await connect(sessionId)).join()
  expect(sync.url).toBe(`${box.url}/files/${first}`)
  expect(sync.messages.map((message) => message[2])).toEqual(['b', 'c'])
})

describe('a herald', () => {
  const told: unknown[] = []
  let status = 200
  const herald = createServer(async (request, response) => {
    told.push(JSON.parse(await text(request)))
    response.writeHead(status).end()
  })
  let port: number

  beforeEach(async () => {
    told.length = 0
    status = 200
    herald.listen(0, '127.0.0.1')
    await once(herald, 'listening')
    port = (herald.address() as AddressInfo).port
    await box.stop()
    box = await startBox({ BOX_FILES_DIR: filesDir, BOX_HERALD: `localhost:${port}` })
  })

  afterEach(async () => {
    herald.close()
    await once(herald, 'close')
  })

  test('[JOIN11] that is listed is told who joined and who left', async () => {
    const heraldUrl = `http://localhost:${port}/here`
    const a = await connect()
    await a.join({ user: ['a'], heraldUrl })
    await expect.poll(() => told).toHaveLength(1)
    await a.close()
    await expect.poll(() => told).toHaveLength(2)
    const { sessionId: id } = a
    const time = expect.any(Number)
    expect(told).toEqual([
      { time, id, all: [['a']], joined: [['a']] },
      { time, id, all: [], left: [['a']] },
    ])
    const metrics = await (await fetch(`${box.url}/metrics`)).text()
    expect(metrics).toContain('reflector_heralds{outcome="told"} 2')
  })

  test('[JOIN12] that fails is reported to the members, and logged', async () => {
    status = 500
    const a = await connect()
    await a.join({ heraldUrl: `http://localhost:${port}/here` })
    const { args } = await a.next('INFO')
    expect(args).toMatchObject({ code: 'HERALDING_FAILED', options: { level: 'warning' } })
    expect(told).toHaveLength(1)
    expect(logged().filter(({ event }) => event === 'herald-failed')).toMatchObject([
      { level: 'warn', host: `localhost:${port}`, outcome: 'failed' },
    ])
  })

  test('[JOIN12] that is not listed is not called, and the members are told', async () => {
    const a = await connect()
    await a.join({ heraldUrl: `http://127.0.0.1:${port}/here` })
    const { args } = await a.next('INFO')
    expect(args).toMatchObject({ code: 'HERALDING_FAILED', options: { level: 'error' } })
    expect(told).toEqual([])
  })
})

test('[LOG1] a line is a JSON object that says what happened where', async () => {
  await liveAndDie()
  const text = expect.any(String)
  for (const line of logged()) {
    expect(line).toMatchObject({ level: text, time: text, message: text })
    if (line.sessionId === undefined) continue
    expect(line.scope).toMatch(/^(session|connection)$/)
    expect(line.event).toMatch(/^[a-z-]+$/)
  }
})

test('[LOG2] start, join and end of a connection are at level notice', async () => {
  const { sessionId } = await liveAndDie()
  const lines = logged().filter(
    (line) =>
      line.scope === 'connection' && line.sessionId === sessionId && line.level === 'notice',
  )
  expect(lines.map((line) => line.event)).toEqual(['start', 'join', 'end'])
  for (const line of lines) {
    expect(line).toMatchObject({ userIp: '127.0.0.1' })
    expect(line.connection).toMatch(/^127\.0\.0\.1:\d+\.[a-z0-9]+$/)
  }
  const count = expect.any(Number)
  expect(lines[2]).toMatchObject({ stats: { mi: 3, mo: count, bi: count, bo: count, s: count } })
})

test('[LOG3] what a client logs is written down', async () => {
  await liveAndDie()
  const lines = logged().filter((line) => line.event === 'client-log')
  expect(lines).toMatchObject([{ level: 'info', clientLog: 'hello log' }])
})

function connect(sessionId = randomSessionId()): Promise<RawClient> {
  return clients.connect(`${box.url.replace('http', 'ws')}/reflector`, sessionId)
}

/** Stops the box and starts one on the same folder. */
async function restart(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
  await box.stop()
  await meanwhile()
  box = await startBox({ BOX_FILES_DIR: filesDir })
}

/** Uploads and announces a snapshot and waits until it is served; resolves with its path. */
async function snap(
  client: RawClient,
  [time, seq]: readonly [number, number, ...unknown[]],
): Promise<string> {
  const path = snapshotPath(client.sessionId, time, seq)
  const url = `${box.url}/files/${path}`
  await fetch(url, { method: 'PUT', headers: UPLOAD_HEADERS, body: randomBytes() })
  client.send('SNAP', snapArgs(time, seq, url))
  await expect
    .poll(async () => (await (await connect(client.sessionId)).join({ user: undefined })).url)
    .toBe(url)
  return path
}

/** A connection that joins, logs and leaves. */
async function liveAndDie(): Promise<RawClient> {
  const client = await connect()
  await client.join()
  client.send('LOG', 'hello log')
  await client.ping()
  await client.close()
  await expect.poll(() => logged().some((line) => line.event === 'end')).toBe(true)
  return client
}

function logged(): Array<Record<string, unknown>> {
  return box.logLines.map((line) => JSON.parse(line) as Record<string, unknown>)
}
