import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoxProcess } from '../support/box-process.ts'
import { RawClients, randomSessionId } from '../support/raw-client.ts'

/** A box is gone this soon after SIGTERM (ms). */
const STOP_LIMIT_MS = 5000
/** Longer than a box is merely busy (ms). */
const STANDSTILL_MS = 4000

const clients = new RawClients()
let dir: string
let started: BoxProcess[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'box-'))
  started = []
})
afterEach(async () => {
  await clients.closeAll()
  for (const box of started) {
    box.kill('SIGKILL')
    await box.exit
  }
  await rm(dir, { recursive: true })
})

function start(env: Record<string, string> = {}): BoxProcess {
  const box = new BoxProcess({ BOX_HOST: '127.0.0.1', BOX_PORT: '0', BOX_FILES_DIR: dir, ...env })
  started.push(box)
  return box
}

describe('a box that cannot start says in one sentence what to do, and exits with 1', () => {
  it('wrong settings are all named, and nothing is opened', async () => {
    const box = start({ BOX_PORT: 'x', BOX_LOG_LEVEL: 'y', BOX_FILES_DIR: join(dir, 'new') })
    expect(await box.exit).toBe(1)
    expect(box.stderr).toMatch(
      /^wrong settings:\n {2}BOX_PORT must be .*\n {2}BOX_LOG_LEVEL must be .*\n$/,
    )
    await expect(rm(join(dir, 'new'))).rejects.toThrow('ENOENT')
  })

  it('settings that a file has are named with the line where they are', async () => {
    const file = join(dir, 'settings')
    await writeFile(file, 'BOX_HOSTNAMES box.lan\nBOX_ACCES=open\nBOX_LOG_LEVEL=y\n')
    const box = start({ BOX_ENV_FILE: file })
    expect(await box.exit).toBe(1)
    expect(box.stderr.replaceAll(file, 'F')).toMatch(
      /^wrong settings:\n {2}F, line 1: .*\n {2}BOX_ACCES is .* \(F, line 2\)\n {2}BOX_LOG_LEVEL .* \(F, line 3\)\n$/,
    )
  })

  it.each(['BOX_PORT', 'BOX_ADMIN_PORT'])('the port is in use: %s', async (setting) => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const box = start({ [setting]: String(port) })
    expect(await box.exit).toBe(1)
    expect(box.stderr).toContain(
      `The box could not start: port ${port} is in use: stop the program that uses it, or set ${setting} to another port\n`,
    )
    other.close()
  })

  it('the address is none of this machine', async () => {
    const box = start({ BOX_HOST: '192.0.2.77' })
    expect(await box.exit).toBe(1)
    expect(box.stderr).toMatch(
      /^The box could not start: 192\.0\.2\.77 is no address of this machine: set BOX_HOST/m,
    )
  })

  it('the folder cannot be written to', async () => {
    const file = join(dir, 'a-file')
    await writeFile(file, '')
    const box = start({ BOX_FILES_DIR: file })
    expect(await box.exit).toBe(1)
    expect(box.stderr).toContain('BOX_FILES_DIR')
    expect(box.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('the database is none', async () => {
    await writeFile(join(dir, 'box.sqlite'), 'x'.repeat(5000))
    const box = start()
    expect(await box.exit).toBe(1)
    expect(box.stderr).toMatch(/^The box could not start: .*box\.sqlite/)
  })

  it('the certificate that is provided is none', async () => {
    const file = join(dir, 'box.pem')
    await writeFile(file, 'x')
    const box = start({ BOX_TLS: 'provided', BOX_TLS_CERT_FILE: file, BOX_TLS_KEY_FILE: file })
    expect(await box.exit).toBe(1)
    expect(box.stderr).toMatch(
      /^The box could not start: .*box\.pem holds no certificate: it has to be in PEM, .*\n$/,
    )
  })
})

it('SIGTERM closes sockets with 4003, commits everything and exits with 0', async () => {
  const box = start()
  const url = (await box.url()).replace('http', 'ws')
  const id = randomSessionId()
  const a = await clients.connect(`${url}/reflector`, id)
  const { timeline } = await a.join()
  a.send('SEND', [0, 0, 'kept'])
  const { args: kept } = await a.next('RECV', (args) => args[2] === 'kept')
  const begin = performance.now()
  box.kill('SIGTERM')
  expect((await a.closed()).code).toBe(4003)
  expect(await box.exit).toBe(0)
  expect(performance.now() - begin).toBeLessThan(STOP_LIMIT_MS)

  const again = start()
  const b = await clients.connect(`${(await again.url()).replace('http', 'ws')}/reflector`, id)
  const sync = await b.join()
  expect(sync.timeline).toBe(timeline)
  expect(sync.messages).toContainEqual(kept)
  expect(sync.time).toBeGreaterThanOrEqual(kept[0])
})

it('[TIME6] after kill -9 a session goes on after every message and tick that was seen', async () => {
  const box = start()
  const id = randomSessionId()
  const a = await clients.connect(`${(await box.url()).replace('http', 'ws')}/reflector`, id)
  const { timeline } = await a.join({ ticks: { tick: 20 } })
  a.send('SEND', [0, 0, 'kept'])
  await a.next('TICK', (time) => time > 500)
  box.kill('SIGKILL')
  await a.closed()
  const lastTick = a.argsOf('TICK').at(-1) ?? 0

  const again = start()
  const b = await clients.connect(`${(await again.url()).replace('http', 'ws')}/reflector`, id)
  const sync = await b.join()
  expect(sync.timeline).toBe(timeline)
  expect(sync.messages.map((message) => message[2])).toContain('kept')
  expect(sync.time).toBeGreaterThanOrEqual(lastTick)
})

it('[TIME7] a box that stood still goes on where it was, with everybody in it', async () => {
  const box = start()
  const a = await clients.connect(
    `${(await box.url()).replace('http', 'ws')}/reflector`,
    randomSessionId(),
  )
  await a.join({ ticks: { tick: 20 } })
  const { args: before } = await a.next('TICK', (time) => time > 300)
  box.kill('SIGSTOP')
  await delay(STANDSTILL_MS)
  const heard = a.argsOf('TICK').length
  box.kill('SIGCONT')
  await a.next('TICK', (time) => time > before + 200)
  const after = a.argsOf('TICK')[heard] ?? Number.POSITIVE_INFINITY
  expect(after - before).toBeLessThan(STANDSTILL_MS / 2)
  await expect.poll(() => box.stderr).toContain('"event":"standstill"')
})

it('stops in time though a socket that it refused does not answer', async () => {
  const box = start()
  const socket = await upgrade(await box.url(), 'no-session')
  await once(socket, 'data')
  const begin = performance.now()
  box.kill('SIGTERM')
  expect(await box.exit).toBe(0)
  expect(performance.now() - begin).toBeLessThan(STOP_LIMIT_MS)
  socket.destroy()
})

it('outlives sockets that are reset before it looks at them', async () => {
  const box = start()
  const url = await box.url()
  box.kill('SIGSTOP')
  for (let i = 0; i < 5; i++) {
    const socket = await upgrade(url, randomSessionId())
    await new Promise<void>((resolve) => socket.write('', () => resolve()))
    socket.resetAndDestroy()
  }
  box.kill('SIGCONT')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

it('exits with 1 if its database refuses what was committed, which is not lost', async () => {
  const edit = (sql: string) => {
    const db = new Sqlite(join(dir, 'box.sqlite'))
    db.exec(sql)
    db.close()
  }
  const box = start()
  const reflectorOf = (url: string) => `${url.replace('http', 'ws')}/reflector`
  const sessionId = randomSessionId()
  const a = await clients.connect(reflectorOf(await box.url()), sessionId)
  await a.join()
  edit('ALTER TABLE messages RENAME TO elsewhere')
  a.send('SEND', [0, 0, 'seen'])
  await a.next('RECV', (args) => args[2] === 'seen')
  expect(await box.exit).toBe(1)
  expect(box.stderr).toContain('"level":"fatal"')
  edit('ALTER TABLE elsewhere RENAME TO messages')
  const again = await clients.connect(reflectorOf(await start().url()), sessionId)
  const { messages } = await again.join()
  expect(messages.map((args) => args[2])).toContain('seen')
})

it('greets on standard output with where it is, and logs JSON on standard error', async () => {
  const box = start()
  const url = await box.url()
  expect(await (await fetch(`${url}/healthz`)).text()).toContain('ok')
  const a = await clients.connect(`${url.replace('http', 'ws')}/reflector`, randomSessionId())
  await a.join({ appId: 'org.app', name: 'org.app/main', user: ['u'] })
  await a.close()
  box.kill('SIGTERM')
  await box.exit
  const [open, setUp] = box.stdout.split('\n\n')
  expect(open).toMatch(
    /^The box is running. Open it at\n {2}http:\S+\/\nOnly this machine can open that, since BOX_HOST/,
  )
  expect(setUp).toMatch(/^To look after it.*\n {2}http:\S+\/admin\/setup\/\S{22}\n$/)
  expect(setUp).not.toContain(`${url}/`)
  const lines = box.stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const notices = lines.filter((line) => line.level === 'notice')
  expect(notices.map((line) => `${line.scope} ${line.event}`)).toEqual([
    'audit policy',
    'process start',
    'connection start',
    'connection join',
    'session start',
    'connection end',
    'process end',
  ])
  expect(notices[3]).toMatchObject({
    sessionId: expect.stringMatching(/^.{43}$/),
    connection: expect.stringMatching(/^127\.0\.0\.1:\d+\.\w+$/),
    userIp: '127.0.0.1',
    appId: 'org.app',
    sessionName: 'main',
  })
  expect(notices[5]).toMatchObject({ code: 1000, stats: { mi: 1, bi: expect.any(Number), s: 1 } })
})

/** Asks for a web socket, and says nothing more. */
async function upgrade(url: string, sessionId: string): Promise<Socket> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  const headers = [
    `GET /reflector/${sessionId} HTTP/1.1`,
    'Host: box',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  socket.write(`${headers.join('\r\n')}\r\n\r\n`)
  return socket
}
