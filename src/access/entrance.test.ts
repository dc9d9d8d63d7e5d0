import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { refuseUpgrade } from '../reflector/refusal.ts'
import { Door } from './door.ts'
import { Entrance } from './entrance.ts'
import { KnownHosts } from './known-hosts.ts'
import { Networks } from './networks.ts'
import { Origins } from './origins.ts'
import { ANYBODY } from './pass.ts'
import { Policy } from './policy.ts'
import type { Verdict } from './verdict.ts'

const MOST_WAITING = 2
const ID = 'I'.repeat(43)
const none = () => {}

let server: Server
let entrance: Entrance
let verdicts: Array<PromiseWithResolvers<Verdict>>
let accepted: Array<{ readonly socket: Duplex; readonly head: Buffer }>
let turnedAway: string[]
let sockets: Socket[]

beforeEach(async () => {
  ;[verdicts, accepted, turnedAway, sockets] = [[], [], [], []]
  const log = { notice: none, warn: none, error: none }
  const hosts = new KnownHosts({ isNamed: () => true, isLocal: () => true })
  const door = new Door({
    ...{
      policy: new Policy('invite', [], hosts, new Networks([])),
      hosts,
      origins: new Origins([]),
    },
    ...{ monitors: [], log },
    clock: { now: () => 0, wallTime: () => 0 },
    verify: () => {
      const verdict = Promise.withResolvers<Verdict>()
      verdicts.push(verdict)
      return verdict.promise
    },
  })
  entrance = new Entrance({
    ...{ door, log, mostWaiting: MOST_WAITING, onTooMany: (address) => turnedAway.push(address) },
    whereabouts: {
      clientAddress: () => '192.168.1.7',
      publicUrl: () => 'http://box',
      hosts: () => ['box'],
    },
    turnedAway: { note: none },
    refuse: (_request, socket, _head, { statusCode, message }) =>
      refuseUpgrade(socket, statusCode, message),
    accept: (_request, socket, head) => {
      accepted.push({ socket, head })
      socket.resume().end('HTTP/1.1 101 Taken\r\n\r\n')
    },
  })
  server = createServer().listen(0, '127.0.0.1')
  server.on('upgrade', (...request) => entrance.handle(...request))
  await once(server, 'listening')
})

afterEach(async () => {
  entrance.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

/** Asks for a web socket; resolves once the token is being checked, or the answer is there. */
async function ask(rest = ''): Promise<Socket> {
  const count = verdicts.length
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  socket.write(
    `GET /reflector/${ID} HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Authorization: Bearer token\r\n\r\n${rest}`,
  )
  while (verdicts.length === count && socket.readableLength === 0) {
    await new Promise(setImmediate)
  }
  return socket
}

const statusOf = async (socket: Socket) => Number(String(await buffer(socket)).split(' ')[1])
const good: Verdict = { tag: 'good', pass: ANYBODY }

test('who waits is taken with all that was sent meanwhile', async () => {
  const socket = await ask('early')
  socket.write(' and late')
  verdicts[0]?.resolve(good)
  expect(await statusOf(socket)).toBe(101)
  const [taken] = accepted
  expect(String(taken?.head)).toMatch(/^early/)
  expect(taken?.socket.listenerCount('error')).toBe(0)
})

test.each([
  [{ tag: 'bad', reason: 'no' }, 401],
  [{ tag: 'unclear', reason: 'later' }, 503],
  [{ tag: 'good', pass: { ...ANYBODY, sessionId: 'J'.repeat(43) } }, 403],
] as ReadonlyArray<[Verdict, number]>)('after %j the answer is %i', async (verdict, status) => {
  const socket = await ask()
  verdicts[0]?.resolve(verdict)
  expect(await statusOf(socket)).toBe(status)
  expect(accepted).toEqual([])
})

test('who goes while waiting is forgotten', async () => {
  const socket = await ask()
  socket.resetAndDestroy()
  await once(socket, 'close')
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  verdicts[0]?.resolve(good)
  const next = await ask()
  verdicts[1]?.resolve(good)
  expect(await statusOf(next)).toBe(101)
  expect(accepted.filter((each) => !each.socket.destroyed).length).toBeLessThanOrEqual(1)
})

test('a check that fails hangs up', async () => {
  const socket = await ask()
  verdicts[0]?.reject(new Error('a bug'))
  expect(String(await buffer(socket))).toBe('')
})

test('no more than so many wait, and there is room when one is done', async () => {
  const first = await ask()
  await ask()
  expect(await statusOf(await ask())).toBe(503)
  expect(turnedAway).toEqual(['192.168.1.7'])
  verdicts[0]?.resolve(good)
  expect(await statusOf(first)).toBe(101)
  await ask()
  expect(verdicts).toHaveLength(3)
})

test('closing hangs up on those who wait, and on all who come', async () => {
  const socket = await ask()
  entrance.close()
  expect(String(await buffer(socket))).toBe('')
  verdicts[0]?.resolve(good)
  const late = connect((server.address() as AddressInfo).port, '127.0.0.1')
  late.on('error', none)
  late.write(`GET / HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await once(late, 'close')
  expect(accepted).toEqual([])
})
