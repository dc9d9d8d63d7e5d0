import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { joinArgs, type RawClient, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import type { ReflectorLimits } from './limits.ts'

const S = randomSessionId()
const UPGRADE_TO_NOWHERE = [
  'GET /reflector/nowhere HTTP/1.1',
  'Host: box',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '\r\n',
].join('\r\n')

let bed: ReflectorBed
afterEach(() => bed.close())

async function open(limits: Partial<ReflectorLimits>): Promise<void> {
  bed = new ReflectorBed(limits)
  await bed.open()
}

async function member(name: string, sessionId = S): Promise<RawClient> {
  const client = await bed.connect(sessionId)
  await client.join({ user: [name] })
  return client
}

/** Sends a text of this length, and waits until it is reflected. */
async function say(client: RawClient, length: number): Promise<void> {
  client.send('SEND', [0, 0, 'x'.repeat(length)])
  await client.next('RECV', ([, , payload]) => String(payload).startsWith('x'))
}

/** Asks to join; how the socket is closed instead. */
async function refused(sessionId: string): Promise<unknown> {
  const client = await bed.connect(sessionId)
  client.send('JOIN', joinArgs())
  return client.closed()
}

/** Lets time go by in steps of a second, and sockets work in between. */
async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second += 1) {
    bed.clock.advanceTo(bed.clock.elapsed + 1000)
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  }
}

function heard(client: RawClient): number {
  return client.argsOf('RECV').filter(([, , payload]) => typeof payload === 'string').length
}

describe('who sends too much', () => {
  it('[LIMIT1] is slowed down and loses nothing; others notice nothing', async () => {
    await open({ messagesPerSecond: 100 })
    const [loud, calm] = [await member('loud'), await member('calm', randomSessionId())]
    for (let sent = 0; sent < 10_000; sent += 1) loud.send('SEND', [0, 0, `${sent}`])
    await loud.next('RECV', ([, , payload]) => payload === '300')
    await seconds(3)
    // What came in one go with the last that was let through is handled, too.
    expect(heard(loud)).toBeLessThan(3000)
    calm.send('SEND', [0, 0, 'hi'])
    await calm.next('RECV', ([, , payload]) => payload === 'hi')
    const last = loud.next('RECV', ([, , payload]) => payload === '9999', 20_000)
    await Promise.all([last, seconds(110)])
    expect([heard(loud), loud.isOpen]).toEqual([10_000, true])
    expect(new Set(bed.breaches)).toEqual(new Set(['messages-per-second']))
    expect(bed.logged('limit')).toMatchObject([
      { level: 'warn', limit: 'messages-per-second', sessionId: S },
    ])
  })

  it('[LIMIT2] or too many bytes', async () => {
    await open({ bytesPerSecond: 100_000 })
    const loud = await member('loud')
    const text = 'x'.repeat(50_000)
    for (let sent = 0; sent < 400; sent += 1) loud.send('SEND', [0, 0, text])
    await loud.next('RECV', ([, , payload]) => payload === text)
    await seconds(2)
    expect(loud.backlog).toBeGreaterThan(1_000_000)
    expect(new Set(bed.breaches)).toEqual(new Set(['bytes-per-second']))
  })

  it('[LIMIT1] what makes lines in the log counts as much more', async () => {
    await open({ messagesPerSecond: 100 })
    const loud = await member('loud')
    for (let sent = 0; sent < 10_000; sent += 1) loud.send('LOG', `${'x'.repeat(5000)} ${sent}`)
    await until(() => bed.breaches.length > 0, 'slowed down')
    await seconds(5)
    expect(bed.logged('client-log').length).toBeLessThan(100)
  })

  it('[LIMIT1] of many at once that are tiny, few leave lines in the log', async () => {
    await open({ messagesPerSecond: 100 })
    const loud = await member('loud')
    for (let sent = 0; sent < 10_000; sent += 1) loud.sendRaw('{"action":"X"}')
    await until(() => bed.breaches.length > 0, 'slowed down')
    expect(bed.logged('unknown-action').length).toBeLessThan(20)
  })

  it('[LIMIT1] pings of web sockets count as well', async () => {
    await open({ messagesPerSecond: 100 })
    const loud = await member('loud')
    for (let sent = 0; sent < 450; sent += 1) loud.pong()
    await until(() => bed.breaches.length > 0, 'slowed down')
  })

  it('[LIMIT1] is not taken for silent meanwhile', async () => {
    await open({ messagesPerSecond: 1, bytesPerSecond: 1 })
    const loud = await member('loud')
    await seconds(120)
    expect(loud.isOpen).toBe(true)
  })
})

describe('connections', () => {
  it('[LIMIT3] beyond those that an address may have are refused with 429', async () => {
    await open({ connectionsPerAddress: 2 })
    const [first] = [await member('a'), await member('b')]
    await expect(bed.connect(S)).rejects.toThrow('429')
    bed.address = '10.0.0.2'
    await member('c')
    await first.close()
    await until(() => bed.logged('end').length === 1, 'gone')
    bed.address = '10.0.0.1'
    await member('d')
    expect(bed.breaches).toEqual(['connections-per-address'])
    expect(bed.logged('limit')).toMatchObject([{ address: '10.0.0.1', level: 'warn' }])
  })

  it('[LIMIT4] that have not joined make room, the oldest first, and come again', async () => {
    await open({ unjoinedPerAddress: 3 })
    const idle = []
    for (let index = 0; index < 5; index += 1) idle.push(await bed.connect(S))
    expect(await idle[0]?.closed()).toMatchObject({ code: 4003 })
    expect(await idle[1]?.closed()).toMatchObject({ code: 4003 })
    await idle[2]?.join()
    await bed.connect(S)
    expect(idle.slice(2).map((each) => each.isOpen)).toEqual([true, true, true])
    expect(bed.breaches).toEqual(['unjoined-per-address', 'unjoined-per-address'])
    expect(bed.logged('limit')).toHaveLength(1)
  })

  it('[CON1] many to no session are refused without a web socket, those of an address first', async () => {
    await open({})
    const sockets: Socket[] = []
    const statuses: string[] = []
    for (let index = 0; index < 121; index += 1) {
      bed.address = `10.0.0.${Math.floor(index / 11)}`
      const socket = connect(Number(new URL(bed.url).port), '127.0.0.1')
      sockets.push(socket)
      socket.write(UPGRADE_TO_NOWHERE)
      const [answer] = await once(socket, 'data')
      statuses.push(`${answer}`.slice(9, 12))
    }
    const ofTen = [...Array(10).fill('101'), '404']
    // Ten addresses with ten each: then there is room for nobody else.
    const expected = [...Array(10).fill(ofTen).flat(), ...Array(11).fill('404')]
    expect(statuses).toEqual(expected)
    bed.clock.advanceTo(bed.clock.elapsed + 1000)
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    const late = connect(Number(new URL(bed.url).port), '127.0.0.1')
    sockets.push(late)
    late.write(UPGRADE_TO_NOWHERE)
    expect(`${(await once(late, 'data'))[0]}`.slice(9, 12)).toBe('101')
    for (const socket of sockets) socket.destroy()
  })

  it('[FRAME8] that send a frame that is too long are counted', async () => {
    await open({ frameBytes: 1000 })
    const client = await bed.connect(S)
    client.sendRaw('x'.repeat(1001))
    expect(await client.closed()).toMatchObject({ code: 1009 })
    expect(bed.breaches).toEqual(['frame-size'])
  })
})

describe('sessions', () => {
  const noRoom = { code: 4122, reason: expect.stringMatching(/^\w[\w ,.]+\.$/) }

  it('[LIMIT5] take so many users, and others when some have left', async () => {
    await open({ usersPerSession: 2 })
    const [a, b] = [await member('a'), await member('b')]
    expect(await refused(S)).toEqual(noRoom)
    await b.join()
    await a.close()
    await until(() => bed.logged('end').length === 2, 'gone')
    await member('c')
    expect(bed.breaches).toEqual(['users-per-session'])
  })

  it('[LIMIT6] from one address are so many; who joins one that runs is let in', async () => {
    await open({ sessionsPerAddress: 1 })
    await member('a')
    expect(await refused(randomSessionId())).toEqual(noRoom)
    await member('b')
    bed.address = '10.0.0.2'
    await member('c', randomSessionId())
    expect(bed.breaches).toEqual(['sessions-per-address'])
  })

  it('[LIMIT6] are so many in all, until one is parked', async () => {
    await open({ sessions: 1 })
    const a = await member('a')
    const other = randomSessionId()
    bed.address = '10.0.0.2'
    expect(await refused(other)).toEqual(noRoom)
    await a.close()
    await until(() => bed.logged('end').length === 2, 'gone')
    await seconds(12)
    await member('b', other)
    expect(bed.breaches).toEqual(['sessions'])
  })

  it('[LIMIT7] with the longest histories stop when memory is short, the others go on', async () => {
    await open({ frameBytes: 1_000_000, historyBytes: 2_000_000, historiesBytes: 2_000_000 })
    const [long, short] = [await member('long'), await member('short', randomSessionId())]
    await seconds(1)
    await say(long, 900_000)
    await seconds(1)
    long.send('SEND', [0, 0, 'refused'])
    const { args } = await long.next('INFO')
    expect(args).toMatchObject({ code: 'SNAPSHOT_NEEDED', msg: expect.stringContaining('no more') })
    short.send('SEND', [0, 0, 'taken'])
    await short.next('RECV', ([, , payload]) => payload === 'taken')
    expect(heard(long)).toBe(1)
    expect(bed.breaches).toEqual(['histories-size'])
    expect(bed.logged('limit')).toMatchObject([{ limit: 'histories-size', sessionId: S }])
  })

  it('[LIMIT7] none is brought back when there is no memory left', async () => {
    await open({ frameBytes: 1_000_000, historyBytes: 1_000_000, historiesBytes: 1_000_000 })
    const other = randomSessionId()
    const guest = await member('guest', other)
    await say(guest, 300_000)
    await guest.close()
    await until(() => bed.logged('end').length === 1, 'gone')
    await seconds(12)
    const long = await member('long')
    await say(long, 900_000)
    await seconds(1)
    const back = await bed.connect(other)
    await back.join()
    expect(await refused(randomSessionId())).toEqual(noRoom)
    expect(new Set(bed.breaches)).toEqual(new Set(['histories-size']))
  })

  it('[LIMIT30] that nobody hears are put away when memory is short, and nothing of them is lost', async () => {
    await open({ frameBytes: 1_000_000, historyBytes: 1_000_000, historiesBytes: 1_000_000 })
    const away = await bed.connect(S)
    await away.join({ user: ['away'], leaveDelay: 60_000 })
    await say(away, 300_000)
    await away.close()
    await seconds(3)
    expect(bed.logged('end').filter(({ scope }) => scope === 'session')).toEqual([])
    await say(await member('long', randomSessionId()), 600_000)
    await seconds(1)
    await until(
      () =>
        bed.logged('end').some(({ scope, sessionId }) => scope === 'session' && sessionId === S),
      'parked',
    )
    const back = await bed.connect(S)
    const { messages } = await back.join({ user: ['away'], leaveDelay: 60_000 })
    expect(messages.map(([, , payload]) => String(payload).length)).toContain(300_000)
  })
})

describe('what waits', () => {
  it('[LIMIT13] of a connection that has not joined is no longer than a JOIN can be', async () => {
    await open({ frameBytes: 4_000_000 })
    const client = await bed.connect(S)
    client.send('LOG', 'x'.repeat(1_000_000))
    expect(await client.closed()).toMatchObject({
      code: 4109,
      reason: expect.stringContaining('before JOIN'),
    })
    const joined = await member('a')
    joined.send('LOG', 'x'.repeat(1_000_000))
    await joined.ping()
  })

  it('[JOIN10] while a session is being opened stays in the socket, and is handled after it', async () => {
    await open({ frameBytes: 4_000_000 })
    const opened = Promise.withResolvers<void>()
    const { load } = bed.store
    bed.store.load = async (...asked) => {
      await opened.promise
      return load.apply(bed.store, asked)
    }
    const client = await bed.connect(S)
    client.send('JOIN', joinArgs())
    for (let sent = 0; sent < 200; sent += 1)
      client.send('SEND', [0, 0, `${sent}${'x'.repeat(99_000)}`])
    await seconds(3)
    expect(client.backlog).toBeGreaterThan(10_000_000)
    opened.resolve()
    await client.next('RECV', ([, , payload]) => String(payload).startsWith('199x'), 20_000)
    expect(heard(client)).toBe(200)
  })

  it('[LIMIT15] because of a delay stays in the socket when it is a million long', async () => {
    await open({ frameBytes: 4_000_000 })
    const [a, other] = [await member('a'), await member('other', randomSessionId())]
    a.send('TICKS', { tick: 30_000, delay: 1e9 })
    await a.ping()
    for (let sent = 0; sent < 200; sent += 1) a.send('SEND', [0, 0, `${sent}${'x'.repeat(99_000)}`])
    await seconds(3)
    expect(a.backlog).toBeGreaterThan(10_000_000)
    other.send('SEND', [0, 0, 'hi'])
    await other.next('RECV', ([, , payload]) => payload === 'hi')
    const last = a.next('RECV', ([, , payload]) => String(payload).startsWith('199x'), 20_000)
    await Promise.all([last, seconds(60)])
    expect(heard(a)).toBe(200)
  })

  it('[SNAP15] to be looked for on the disk is 20 announced files of a session at a time', async () => {
    await open({})
    const path = `snapshots/${S}/0000000001_1-h.snap`
    const file = { kind: 'snapshot', path, sessionId: S, time: 1, seq: 1, hash: 'h' } as const
    bed.files.set('http://box/files/s', file)
    let looks = 0
    const looked = Promise.withResolvers<boolean>()
    bed.fileExists = () => {
      looks += 1
      return looked.promise
    }
    const a = await member('a')
    const snap = { time: 1, seq: 1, hash: 'h', url: 'http://box/files/s' }
    for (let sent = 0; sent < 50; sent += 1) a.send('SNAP', snap)
    await a.ping()
    looked.resolve(false)
    await until(() => looks === 20, 'looked for')
    await a.ping()
    expect([looks, bed.breaches.length]).toEqual([20, 30])
    a.send('SNAP', snap)
    await until(() => looks === 21, 'looked for again')
  })

  it('[LIMIT16] unfinished frames are counted, and long ones closed when they are too many', async () => {
    await open({ frameBytes: 4_000_000 })
    const sockets = await Promise.all(Array.from({ length: 22 }, () => halfFrame(3_500_000)))
    try {
      for (let second = 0; second < 20 && bed.logged('end').length < 4; second += 1)
        await seconds(1)
      expect(bed.breaches).toEqual(Array(4).fill('unfinished-frames'))
      expect(bed.logged('end').map(({ code }) => code)).toEqual(Array(4).fill(4003))
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  })

  /** Sends the beginning of a web-socket frame of 4 MB, and no end. */
  async function halfFrame(bytes: number) {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(UPGRADE_TO_NOWHERE.replace('nowhere', S))
    await new Promise((resolve) => socket.once('data', resolve))
    const header = Buffer.alloc(14)
    header.writeUInt16BE(0x81ff)
    header.writeBigUInt64BE(3_999_999n, 2)
    await new Promise((resolve) =>
      socket.write(Buffer.concat([header, Buffer.alloc(bytes)]), resolve),
    )
    return socket
  }
})

describe('who takes too little', () => {
  it('[LIMIT8] gets no answers to PING while it is behind', async () => {
    await open({ backlogBytes: 50_000_000 })
    const [a, slow] = [await member('a'), await member('slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 150; sent += 1) a.send('SEND', [0, 0, text])
    a.send('SEND', [0, 0, 'last'])
    await a.next('RECV', ([, , payload]) => payload === 'last')
    for (let sent = 0; sent < 100; sent += 1) slow.send('PING', { sent })
    await seconds(1)
    slow.resume()
    await slow.next('RECV', ([, , payload]) => payload === 'last')
    expect(slow.argsOf('PONG')).toEqual([])
    await slow.ping()
  })

  it('[LIMIT8] is closed at the limit, which is counted', async () => {
    await open({ backlogBytes: 5_000_000 })
    const [a, slow] = [await member('a'), await member('slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 300 && bed.breaches.length === 0; sent += 1) {
      a.send('SEND', [0, 0, `${sent}${text}`])
      await a.next('RECV', ([, , payload]) => String(payload).startsWith(`${sent}x`))
      await seconds(sent % 10 === 0 ? 1 : 0)
    }
    await seconds(4)
    expect(bed.breaches).toEqual(['backlog'])
    expect(bed.logged('end')).toMatchObject([{ code: 4001 }])
  })
})
