import { Duplex } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { ANYBODY } from '../access/pass.ts'
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
let socket: Duplex
/** what was to be read, and what was */
let read: string
let parsed: string
let connection: Connection
let pump: WritePump
let clock: ManualClock
/** what the socket was given, a letter each; C: it was closed */
let given: string

beforeEach(() => {
  clock = new ManualClock()
  pump = new WritePump(clock)
  given = ''
  read = ''
  parsed = ''
  webSocket = Object.assign(Object.create(ConnectionSocket.prototype) as ConnectionSocket, {
    ...{ _events: {}, _eventsCount: 0, _readyState: ConnectionSocket.OPEN },
    resume: () => {},
    close: () => {
      given += 'C'
    },
  })
  const origin = {
    ...{ connection: '10.0.0.1:1.a', userIp: '10.0.0.1', account: undefined, sessionId: 'S' },
    ...{
      baseUrl: 'http://box',
      pass: ANYBODY,
    },
  } as const
  const observer = {
    ...{ received() {}, readOn() {}, pinged() {}, failed() {}, closed() {} },
    read: (_connection: Connection, piece: Buffer) => {
      read += piece
    },
  }
  socket = new Duplex({ read() {}, write() {}, highWaterMark: 10_000_000 })
  socket.on('data', (piece) => {
    parsed += piece
  })
  const { write } = socket
  socket.write = (...args: [chunk: Buffer]) => {
    given += letterOf(args[0])
    return write.apply(socket, args as never)
  }
  connection = new Connection(webSocket, socket, origin, {
    ...{ pump, clock, limits: LIMITS, observer },
  })
  connection.open()
})

describe('what its socket brings', () => {
  it('is given to who reads in turn', () => {
    socket.emit('data', Buffer.from('ab'))
    expect(read).toBe('ab')
  })

  it('is not parsed after what is no frame, but takes its turn: ws has the socket flow', () => {
    connection.rest = Buffer.from('rest')
    webSocket.emit('error', new Error('no frame'))
    socket.emit('data', Buffer.from('ab'))
    expect([read, connection.rest]).toEqual(['ab', undefined])
    connection.parse(Buffer.from('ab'))
    expect(parsed).toBe('')
  })

  it('is not parsed after the other end has closed it', () => {
    Object.assign(webSocket, { _readyState: ConnectionSocket.CLOSING })
    connection.parse(Buffer.from('ab'))
    expect(parsed).toBe('')
  })

  it('is read on after the box has closed it, until the other end answers', () => {
    connection.close(4003, 'please reconnect')
    Object.assign(webSocket, { _readyState: ConnectionSocket.CLOSING })
    connection.parse(Buffer.from('ab'))
    expect(parsed).toBe('ab')
  })
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

describe('what is long, when others have written much in this turn', () => {
  const LONG = 90_000
  const SHORT_SYNC = { ...LONG_SYNC, runs: [] }
  const frames = (letter: string, bytes: number) => Buffer.alloc(bytes, letter)

  beforeEach(() => {
    pump.allows(1_000_000)
    connection.write(frames('a', LONG), 1)
    connection.write(frames('b', 10), 1)
  })

  it('waits for the next turn, and what follows it goes behind it', () => {
    expect(given).toBe('')
    clock.endTurn()
    connection.write(frames('c', 10), 1)
    expect(given).toBe('abc')
  })

  it.each([
    ['short', SHORT_SYNC, 'abS', 'abSc'],
    // The rest of it, and what follows, waits until its client has taken the first block.
    ['long', LONG_SYNC, 'ab', 'abS'],
  ])('[JOIN5] goes at once before a %s SYNC: nobody is closed for it', (_, sync, now, later) => {
    connection.sendSync(sync)
    expect([connection.closedWith, given]).toEqual([undefined, now])
    connection.write(frames('c', 10), 1)
    while (clock.endTurn());
    expect(given).toBe(later)
  })

  it('goes at once before the connection is closed', () => {
    connection.close(4003, 'please reconnect')
    while (clock.endTurn());
    expect(given).toBe('abC')
  })
})

/** Frames of the test consist of a letter; others, which are those of a SYNC, begin with what is none. */
function letterOf([first = 0]: Buffer): string {
  const letter = String.fromCharCode(first)
  return /[a-z]/.test(letter) ? letter : 'S'
}
