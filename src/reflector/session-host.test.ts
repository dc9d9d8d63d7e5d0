import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinArgs, type RawClient, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, textsOf, until } from '../../test/support/reflector-bed.ts'

const S = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

/** Log lines of sessions that were put away. */
const sessionEnds = () => bed.logged('end').filter(({ scope }) => scope === 'session')

describe('[JOIN13] a session that nobody wants to keep', () => {
  const FLEETING = { fleeting: true, appId: undefined, persistentId: undefined }
  const isRunning = () => [...bed.reflector.sessions()].length > 0

  it('is forgotten as soon as everybody has left', async () => {
    const a = await bed.member(S, 'a', FLEETING)
    const b = await bed.member(S, 'b', FLEETING)
    a.send('SEND', [0, 0, 'x'])
    await b.next('RECV', (args) => args[2] === 'x')
    await a.close()
    await bed.elapse(100)
    expect(bed.store.sessionIds).toEqual([S])
    await b.close()
    await bed.elapse(100)
    await until(() => bed.store.sessionIds.length === 0, 'forgotten')
    expect(isRunning()).toBe(false)
    // Who comes now begins anew.
    const c = await bed.connect(S)
    expect(await c.join({ user: ['c'], ...FLEETING })).toMatchObject({ seq: 0xfffffff0 })
  })

  it('is kept if one of them did not say so', async () => {
    const a = await bed.member(S, 'a', FLEETING)
    const b = await bed.member(S, 'b')
    await b.close()
    await bed.elapse(2000)
    await a.close()
    await bed.elapse(12_000)
    await until(() => !isRunning(), 'parked')
    expect(bed.store.sessionIds).toEqual([S])
  })

  it('is kept if there was one before', async () => {
    const a = await bed.member(S, 'a')
    await a.close()
    await bed.elapse(12_000)
    await until(() => !isRunning(), 'parked')
    const b = await bed.member(S, 'b', FLEETING)
    await b.close()
    await bed.elapse(12_000)
    await until(() => !isRunning(), 'parked again')
    expect(bed.store.sessionIds).toEqual([S])
  })

  it.each([{ appId: 'org.app' }, { persistentId: 'P' }])(
    'is kept if it is of an app: %o',
    async (of) => {
      const a = await bed.member(S, 'a', { ...FLEETING, ...of })
      await a.close()
      await bed.elapse(12_000)
      await until(() => !isRunning(), 'parked')
      expect(bed.store.sessionIds).toEqual([S])
    },
  )

  it('is kept, with a line in the log, while it cannot be removed', async () => {
    bed.store.removeSession = async () => {
      throw new Error('the disk')
    }
    const a = await bed.member(S, 'a', FLEETING)
    await a.close()
    await bed.elapse(100)
    await until(() => bed.logged('forgotten').length === 1, 'tried')
    expect(bed.logged('forgotten')).toMatchObject([{ level: 'warn' }])
    expect(bed.store.sessionIds).toEqual([S])
  })
})

describe('parking and restoring', () => {
  it('[TIME5] everybody gone for 10 s, a session is put away, and comes back as it was', async () => {
    const a = await bed.member(S, 'a', { tove: 'proof', ticks: { tick: 1000, delay: 0 } })
    const { timeline } = a.argsOf('SYNC')[0] ?? {}
    a.send('SEND', [0, 0, 'one'])
    await a.next('RECV', (args) => args[2] === 'one')
    await a.close()
    await bed.elapse(9000)
    expect([...bed.reflector.sessions()]).toHaveLength(1)
    await bed.elapse(2000)
    await until(() => [...bed.reflector.sessions()].length === 0, 'parked')
    expect(sessionEnds()).toMatchObject([{ level: 'notice', text: 'session parked', position: 1 }])
    await bed.elapse(100_000)

    const b = await bed.connect(S)
    const sync = await b.join({ user: ['b'], tove: 'other' })
    expect(sync).toMatchObject({ timeline, tove: 'proof', seq: 0xfffffff1 })
    expect(sync.messages.map((message) => message[2])).toEqual(['one'])
    expect(sync.time).toBeGreaterThanOrEqual(10_000)
    expect(sync.time).toBeLessThan(12_000)
    await bed.elapse(1300)
    await b.ping()
    expect(b.argsOf('TICK').length).toBe(1)
  })

  it('[JOIN10] those who come while a session is opened wait, and get the same answer', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => bed.connect(S)))
    const syncs = await Promise.all(clients.map((client) => client.join()))
    expect(new Set(syncs.map((sync) => sync.timeline)).size).toBe(1)
  })

  it('[JOIN10] who waits for a session and sends much is not read from for a while', async () => {
    let answer = () => {}
    bed.store.load = () =>
      new Promise((resolve) => {
        answer = () => resolve({ session: undefined, persistedPath: undefined })
      })
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs())
    await until(() => bed.logged('join').length === 1, 'waiting')
    const text = 'x'.repeat(50_000)
    for (let sent = 0; sent < 400; sent++) a.send('SEND', [0, 0, `${sent} ${text}`])
    await bed.elapse(1000)
    expect(a.backlog).toBeGreaterThan(5_000_000)
    answer()
    await a.next('RECV', (args) => String(args[2]).startsWith('399 '))
  })

  it('[JOIN10] who opened a session and is gone again leaves nothing in it', async () => {
    let answer = () => {}
    let loads = 0
    bed.store.load = () => {
      loads += 1
      return new Promise((resolve) => {
        answer = () => resolve({ session: undefined, persistedPath: undefined })
      })
    }
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs({ tove: "a's" }))
    await until(() => loads === 1, 'asked')
    await a.close()
    await until(() => bed.logged('end').length === 1, 'gone')
    const b = await bed.connect(S)
    b.send('JOIN', joinArgs({ tove: "b's" }))
    await until(() => bed.logged('join').length === 2, 'waiting')
    answer()
    expect((await b.next('SYNC')).args.tove).toBe("b's")
    expect(loads).toBe(1)
  })

  it('a session is not parked while somebody comes back in time', async () => {
    const a = await bed.member(S, 'a')
    await a.close()
    await bed.elapse(9000)
    const b = await bed.member(S, 'b')
    await bed.elapse(20_000)
    expect(b.isOpen).toBe(true)
    expect(sessionEnds()).toEqual([])
  })

  it('[JOIN10] what arrives between JOIN and SYNC is done after it', async () => {
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs())
    a.send('SEND', [0, 0, 'early'])
    await a.next('RECV', (args) => args[2] === 'early')
    expect(a.frames.map(({ action }) => action).slice(0, 2)).toEqual(['SYNC', 'RECV'])
  })

  it('[SYNC9] when a session cannot be loaded, those who wait may try again', async () => {
    bed.store.load = () => Promise.reject(new Error('disk'))
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs())
    expect((await a.closed()).code).toBe(4003)
    expect(bed.logged('load-failed')[0]).toMatchObject({ level: 'error', sessionId: S })
    bed.store.load = async () => ({ session: undefined, persistedPath: undefined })
    await bed.member(S, 'b')
  })
})

describe('a snapshot that is lost while its session runs', () => {
  const app = { leaveDelay: 5000 }
  let a: RawClient
  let b: RawClient

  beforeEach(async () => {
    const file = { kind: 'snapshot', path: 'mine', sessionId: S, time: 0, hash: 'h' } as const
    bed.files.set('http://box/files/mine', { ...file, seq: 0xfffffff1 })
    a = await bed.member(S, 'a', app)
    b = await bed.member(S, 'b', app)
    await bed.elapse(300)
    for (const text of ['one', 'two']) a.send('SEND', [0, 0, text])
    await b.next('RECV', (args) => args[2] === 'two')
    a.send('SNAP', { time: 0, seq: 0xfffffff1, hash: 'h', url: 'http://box/files/mine' })
    await until(() => bed.logged('snapshot').length > 0, 'taken')
    await a.ping()
    bed.store.missingFiles.add('mine')
  })

  it('[SNAP8] is served to nobody: all reconnect, to what was before it and all messages', async () => {
    const c = await bed.connect(S)
    c.send('JOIN', joinArgs())
    const closes = await Promise.all([a, b, c].map((client) => client.closed()))
    expect(closes.map(({ code }) => code)).toEqual([4003, 4003, 4003])
    expect(bed.logged('snapshot-lost')).toMatchObject([{ level: 'error', path: 'mine' }])
    await until(() => sessionEnds().length > 0, 'ended')
    expect(sessionEnds()).toMatchObject([
      { level: 'notice', text: 'session ended, to be restored' },
    ])
    const sync = await (await bed.connect(S)).join({ user: ['a'], ...app })
    expect([sync.url, sync.timeline]).toEqual(['', 'timeline 1'])
    expect(sync.messages.map(([, , payload]) => payload)).toMatchObject([
      { what: 'users', joined: [['a'], ['b']] },
      'one',
      'two',
    ])
  })

  it('[USERS10] nobody who comes back is announced', async () => {
    const c = await bed.connect(S)
    c.send('JOIN', joinArgs())
    await Promise.all([a, b, c].map((client) => client.closed()))
    await until(() => sessionEnds().length > 0, 'ended')
    const [again] = [await bed.member(S, 'a', app), await bed.member(S, 'b', app)]
    await bed.elapse(6000)
    again.send('SEND', [0, 0, 'three'])
    await again.next('RECV', (args) => args[2] === 'three')
    expect(textsOf(again)).toEqual(['three'])
    expect(again.argsOf('RECV')).toHaveLength(1)
  })

  it('is no matter for one who left before it was looked for', async () => {
    const looked = Promise.withResolvers<boolean>()
    bed.fileExists = () => looked.promise
    const c = await bed.connect(S)
    c.send('JOIN', joinArgs())
    await c.ping()
    await c.close()
    await until(() => bed.logged('end').some(({ scope }) => scope === 'connection'), 'gone')
    looked.resolve(false)
    await a.ping()
    expect([a.isOpen, b.isOpen]).toEqual([true, true])
  })
})
