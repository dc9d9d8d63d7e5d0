import { Duplex } from 'node:stream'
import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { Connection, ConnectionSocket } from './connection.ts'
import { WritePump } from './write-pump.ts'

const LIMITS = { backlogBytes: 16_000_000, backlogMs: 30_000 }
const LATER_MS = 60_000
const LONG_SYNC = {
  ...{ time: 5, seq: 7, timeline: 't', tove: undefined, flags: {} },
  ...{ snapshot: undefined, persistedPath: undefined },
  runs: [1, 2].map((n) => ({ text: JSON.stringify([n, n, 'x'.repeat(600_000)]) })),
}

let webSocket: ConnectionSocket
let connection: Connection

beforeEach(() => {
  const clock = new ManualClock()
  webSocket = Object.assign(Object.create(ConnectionSocket.prototype) as ConnectionSocket, {
    ...{ _events: {}, _eventsCount: 0, _readyState: ConnectionSocket.OPEN },
  })
  const origin = {
    ...{ connection: '10.0.0.1:1.a', userIp: '10.0.0.1', account: undefined, sessionId: 'S' },
    ...{
      baseUrl: 'http://box',
      pass: { role: 'participant' as const, appId: undefined, isGood: () => true },
    },
  } as const
  const observer = { received() {}, pinged() {}, failed() {}, closed() {} }
  const socket = new Duplex({ read() {}, write() {} })
  connection = new Connection(webSocket, socket, origin, {
    ...{ pump: new WritePump(clock), clock, limits: LIMITS, observer },
  })
  connection.open()
})

const isWaitingFor = () => connection.isStuck(LATER_MS)

it('what waits for a client that takes nothing is there until it is closed', () => {
  connection.sendSync(LONG_SYNC)
  expect(isWaitingFor()).toBe(true)
})

it('nothing waits for a client that has gone: it may be a member for a while all the same', () => {
  connection.sendSync(LONG_SYNC)
  webSocket.emit('close', 1006, Buffer.alloc(0))
  expect(isWaitingFor()).toBe(false)
})

it('nor for one that went before it was sent anything', () => {
  Object.assign(webSocket, { _readyState: ConnectionSocket.CLOSED })
  connection.sendSync(LONG_SYNC)
  expect(isWaitingFor()).toBe(false)
})
