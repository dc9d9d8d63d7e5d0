import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawClient } from '../../test/support/raw-client.ts'
import { joinArgs, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { StoreUnavailableError } from '../session/session-store.ts'

const S = randomSessionId()
const OTHER = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

/** A client that joined, of a user by this name. */
async function member(name: string, args = {}, sessionId = S): Promise<RawClient> {
  const client = await bed.connect(sessionId)
  await client.join({ user: [name], ...args })
  return client
}

/** Moves time on in steps as fine as the reflector's own, letting sockets work in between. */
async function pass(ms: number): Promise<void> {
  const end = bed.clock.elapsed + ms
  while (bed.clock.elapsed < end) {
    bed.clock.advanceTo(Math.min(bed.clock.elapsed + 100, end))
    await new Promise(setImmediate)
  }
}

/** The payloads that it heard so far. */
function textsOf(client: RawClient): unknown[] {
  return client
    .argsOf('RECV')
    .map((args) => args[2])
    .filter((payload) => typeof payload === 'string')
}

describe('connections that are not there', () => {
  it('[LIVE1] 100 that never join are closed after 7 s, and nobody else notices', async () => {
    const a = await member('a', {}, OTHER)
    const idle = await Promise.all(Array.from({ length: 100 }, () => bed.connect(S)))
    await pass(6900)
    expect(idle.every((client) => client.isOpen)).toBe(true)
    await pass(1100)
    const closed = await Promise.all(idle.map((client) => client.closed()))
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set([4121]))
    a.send('SEND', [0, 0, 'still here'])
    await a.next('RECV', (args) => args[2] === 'still here')
  })

  it('[LIVE1] one that never joins a session with members has 35 s', async () => {
    await member('a')
    const idle = await bed.connect(S)
    const beat = bed.clock.every(5000, () => idle.send('PULSE'))
    await pass(34_000)
    expect(idle.isOpen).toBe(true)
    await pass(2000)
    beat()
    expect((await idle.closed()).code).toBe(4121)
  })

  it('[LIVE2] a silent member is pinged after 35 s and stays as long as it answers', async () => {
    const a = await member('a')
    await pass(34_000)
    expect(a.pings).toHaveLength(0)
    await pass(100_000)
    expect(a.pings.length).toBeGreaterThan(1)
    expect(a.isOpen).toBe(true)
  })

  it('[LIVE3] one that answers nothing for 60 s is closed with 4002', async () => {
    const a = await bed.connect(S, { autoPong: false })
    await a.join()
    await pass(59_000)
    expect(a.isOpen).toBe(true)
    await pass(2000)
    expect((await a.closed()).code).toBe(4002)
  })
})

describe('parking and restoring', () => {
  it('[TIME5] everybody gone for 10 s, a session is put away, and comes back as it was', async () => {
    const a = await member('a', { tove: 'proof', ticks: { tick: 1000, delay: 0 } })
    const { timeline } = a.argsOf('SYNC')[0] ?? {}
    a.send('SEND', [0, 0, 'one'])
    await a.next('RECV', (args) => args[2] === 'one')
    await a.close()
    await pass(9000)
    expect([...bed.reflector.sessions()]).toHaveLength(1)
    await pass(2000)
    await until(() => [...bed.reflector.sessions()].length === 0, 'parked')
    await pass(100_000)

    const b = await bed.connect(S)
    const sync = await b.join({ user: ['b'], tove: 'other' })
    expect(sync).toMatchObject({ timeline, tove: 'proof', seq: 0xfffffff1 })
    expect(sync.messages.map((message) => message[2])).toEqual(['one'])
    expect(sync.time).toBeGreaterThanOrEqual(10_000)
    expect(sync.time).toBeLessThan(12_000)
    await pass(1300)
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
    await pass(1000)
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
    const a = await member('a')
    await a.close()
    await pass(9000)
    const b = await member('b')
    await pass(20_000)
    expect(b.isOpen).toBe(true)
    expect(bed.logged('end').filter((line) => line.scope === 'session')).toEqual([])
  })

  it('[JOIN10] what arrives between JOIN and SYNC is done after it', async () => {
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs())
    a.send('SEND', [0, 0, 'early'])
    await a.next('RECV', (args) => args[2] === 'early')
    expect(a.frames.map(({ action }) => action).slice(0, 2)).toEqual(['SYNC', 'RECV'])
  })

  it('[SAVE1] persisted data of (appId, persistentId) starts a session with new code', async () => {
    const app = { appId: 'org.app', persistentId: 'p'.repeat(43) }
    bed.files.set('http://box/files/saved', { kind: 'persisted', path: 'saved', ...app })
    const a = await member('a', app)
    a.send('SAVE', { persistTime: 1, url: 'http://box/files/saved' })
    await until(() => bed.logged('persist').length > 0, 'saved')
    await a.ping()
    const b = await bed.connect(OTHER)
    const sync = await b.join(app)
    expect(sync.persisted).toBe(true)
    expect(sync.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\/saved$/)
  })
})

describe('a snapshot that is lost while its session runs', () => {
  const app = { leaveDelay: 5000 }
  let a: RawClient
  let b: RawClient

  beforeEach(async () => {
    const file = { kind: 'snapshot', path: 'mine', sessionId: S, time: 0, hash: 'h' } as const
    bed.files.set('http://box/files/mine', { ...file, seq: 0xfffffff1 })
    a = await member('a', app)
    b = await member('b', app)
    await pass(300)
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
    await until(() => bed.logged('end').some(({ scope }) => scope === 'session'), 'restored')
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
    await until(() => bed.logged('end').some(({ scope }) => scope === 'session'), 'restored')
    const [again] = [await member('a', app), await member('b', app)]
    await pass(6000)
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

describe('announced files', () => {
  const snap = (url: string) => ({ time: 0, seq: 0xfffffff1, hash: 'h', url })
  const snapshot = (path: string, changes = {}) => {
    const file = {
      kind: 'snapshot',
      path,
      sessionId: S,
      time: 0,
      seq: 0xfffffff1,
      hash: 'h',
    } as const
    bed.files.set(`http://box/files/${path}`, { ...file, ...changes })
  }

  it.each([
    ['is none of the box', 'http://elsewhere/x'],
    ['belongs to another session', 'http://box/files/other'],
    ['is not there', 'http://box/files/missing'],
    ['is no snapshot', 'http://box/files/saved'],
    ['is of another time', 'http://box/files/older'],
    ['has another hash', 'http://box/files/another'],
  ])(
    '[SNAP5, SNAP6] a snapshot whose URL %s is refused with a log line and no harm',
    async (_what, url) => {
      snapshot('other', { sessionId: OTHER })
      snapshot('older', { time: 1 })
      snapshot('another', { hash: 'x' })
      snapshot('missing')
      const app = { appId: 'org.app', persistentId: 'p' }
      bed.files.set('http://box/files/saved', { kind: 'persisted', path: 'saved', ...app })
      bed.store.missingFiles.add('missing')
      const a = await member('a', app)
      a.send('SEND', [0, 0, 'one'])
      a.send('SNAP', snap(url))
      await until(() => bed.logged('snapshot').length > 0, 'refused')
      expect(bed.logged('snapshot')[0]).toMatchObject({ level: 'warn', url, sessionId: S })
      expect((await (await bed.connect(S)).join()).url).toBe('')
      expect(a.isOpen).toBe(true)
    },
  )

  it('[SNAP1] one whose file is there is served, with the messages after it', async () => {
    snapshot('mine')
    const a = await member('a')
    a.send('SEND', [0, 0, 'one'])
    a.send('SEND', [0, 0, 'two'])
    a.send('SNAP', snap('http://box/files/mine'))
    await until(() => bed.logged('snapshot').length > 0, 'taken')
    const sync = await (await bed.connect(S)).join()
    expect(sync.url).toBe(`${bed.url.replace(/^ws/, 'http').replace('/reflector', '')}/files/mine`)
    expect(sync.messages.map((message) => message[2])).toEqual(['two'])
  })

  it('[SAVE3] SAVE without appId or persistentId closes with 4101', async () => {
    const a = await member('a')
    a.send('SAVE', { persistTime: 1, url: 'http://box/files/saved' })
    expect((await a.closed()).code).toBe(4101)
  })
})

describe('saving', () => {
  const app = { appId: 'org.app', persistentId: 'p'.repeat(43) }
  const wait = (answers: Map<string, () => void>) => (path: string) =>
    new Promise<boolean>((resolve) => answers.set(path, () => resolve(true)))

  beforeEach(() => {
    for (const path of ['older', 'newer']) {
      bed.files.set(`http://box/files/${path}`, { kind: 'persisted', path, ...app })
    }
  })

  it('[SAVE1] the last SAVE counts, however long it takes to look for its file', async () => {
    const answers = new Map<string, () => void>()
    bed.fileExists = wait(answers)
    const a = await member('a', app)
    a.send('SAVE', { url: 'http://box/files/older' })
    a.send('SAVE', { url: 'http://box/files/newer' })
    await until(() => answers.has('older'), 'asked')
    answers.get('newer')?.()
    answers.get('older')?.()
    await until(() => answers.has('newer'), 'asked for the second')
    answers.get('newer')?.()
    await until(() => bed.logged('persist').length === 2, 'saved')
    await a.ping()
    expect((await bed.store.load(OTHER, app.appId, app.persistentId)).persistedPath).toBe('newer')
  })

  it('what is looked for until its session is parked is saved all the same', async () => {
    const answers = new Map<string, () => void>()
    bed.fileExists = wait(answers)
    const a = await member('a', app)
    a.send('SAVE', { url: 'http://box/files/older' })
    await until(() => answers.has('older'), 'asked')
    await a.close()
    await pass(11_000)
    await until(() => [...bed.reflector.sessions()].length === 0, 'parked')
    answers.get('older')?.()
    await until(() => bed.logged('persist').length === 1, 'saved')
    await pass(100)
    expect((await bed.store.load(OTHER, app.appId, app.persistentId)).persistedPath).toBe('older')
  })
})

describe('trouble', () => {
  it('[LIVE4] who asks again and again for a long SYNC and reads none is closed', async () => {
    const a = await member('a')
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 30; sent++) a.send('SEND', [0, 0, text])
    const slow = await bed.connect(S)
    slow.pause()
    for (let sent = 0; sent < 50; sent++) slow.send('JOIN', joinArgs())
    await a.ping()
    await until(() => bed.logged('join').length === 2, 'joined')
    await pass(5000)
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
  })

  it('[FRAME5, FRAME6, JOIN8] each refused message closes its connection alone, with one log line', async () => {
    const a = await member('a')
    const bad: Array<[string, number]> = [
      ['nonsense', 4102],
      ['null', 4109],
      ['{"action":"SNAP","args":{"time":1,"seq":1,"hash":"h","url":"u"}}', 4000],
      ['{"action":"TUTTI","args":[0,0,"x",null,false,null,"k"]}', 4000],
      ['{"action":"TICKS","args":{"tick":5}}', 4000],
      ['{"action":"SAVE","args":{"url":"u"}}', 4000],
      ['{"action":"SEND"}', 4109],
    ]
    for (const [frame, code] of bad) {
      const client = await bed.connect(S)
      client.sendRaw(frame)
      expect((await client.closed()).code).toBe(code)
    }
    expect(bed.logged('refused').map((line) => line.code)).toEqual(bad.map(([, code]) => code))
    expect(bed.logged('refused').every((line) => line.level === 'warn' && line.connection)).toBe(
      true,
    )
    expect(a.isOpen).toBe(true)
  })

  it('[FRAME8] a frame over the limit closes with 1009', async () => {
    const a = await bed.connect(S)
    a.sendRaw('x'.repeat(100_001))
    expect((await a.closed()).code).toBe(1009)
    expect(bed.logged('socket-error')).toHaveLength(1)
  })

  it('[CON1] a path that ends in no session id is closed with 4100', async () => {
    for (const id of ['', 'short', `${S}x`]) {
      const client = await bed.connect(id)
      expect((await client.closed()).code).toBe(4100)
    }
  })

  it('[SYNC9] when a session cannot be loaded, those who wait may try again', async () => {
    bed.store.load = () => Promise.reject(new Error('disk'))
    const a = await bed.connect(S)
    a.send('JOIN', joinArgs())
    expect((await a.closed()).code).toBe(4003)
    expect(bed.logged('load-failed')[0]).toMatchObject({ level: 'error', sessionId: S })
    bed.store.load = async () => ({ session: undefined, persistedPath: undefined })
    await member('b')
  })

  it('a message that cannot be committed is shown to nobody', async () => {
    const a = await member('a')
    await pass(300)
    await a.ping()
    bed.store.commit = () => Promise.reject(new Error('disk full'))
    a.send('SEND', [0, 0, 'lost'])
    await until(() => bed.failures.length > 0, 'told')
    expect(a.argsOf('RECV').map((args) => args[2])).not.toContain('lost')
  })

  describe('while nothing can be stored', () => {
    let commit: typeof bed.store.commit

    beforeEach(() => {
      commit = bed.store.commit
    })

    function failStore(): void {
      bed.store.commit = () => Promise.reject(new StoreUnavailableError('its disk is full'))
    }

    async function mendStore(): Promise<void> {
      bed.store.commit = commit
      await pass(500)
    }

    it('[STORE1] what clients send waits, and is reflected in order when it can be', async () => {
      const [a, b] = [await member('a'), await member('b')]
      await pass(300)
      failStore()
      for (const text of ['one', 'two', 'three']) {
        a.send('SEND', [0, 0, text])
        b.send('SEND', [0, 0, `${text} of b`])
      }
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      await pass(60_000)
      expect(textsOf(a)).not.toContain('one')
      await mendStore()
      await a.next('RECV', (args) => args[2] === 'three')
      await a.next('RECV', (args) => args[2] === 'three of b')
      expect(textsOf(a).filter((text) => !String(text).endsWith('b'))).toEqual([
        'one',
        'two',
        'three',
      ])
      expect(bed.failures).toEqual([])
    })

    it('[STORE1] teatime stands still', async () => {
      const a = await member('a')
      await pass(300)
      failStore()
      a.send('SEND', [0, 0, 'before'])
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      await pass(3_600_000)
      await mendStore()
      const { args } = await a.next('RECV', (message) => message[2] === 'before')
      a.send('SEND', [0, 0, 'after'])
      const after = await a.next('RECV', (message) => message[2] === 'after')
      expect(after.args[0] - args[0]).toBeLessThan(2000)
    })

    it('[STORE2] users are told when it lasts, again every 30 s, and when it is over', async () => {
      const a = await member('a')
      await pass(300)
      failStore()
      a.send('SEND', [0, 0, 'waits'])
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      await pass(1900)
      expect(a.argsOf('INFO')).toEqual([])
      await pass(200)
      const told = await a.next('INFO')
      expect(told.args).toMatchObject({
        code: 'STORE_FAILING',
        msg: expect.stringContaining('its disk is full'),
      })
      await pass(30_000)
      await a.next('INFO')
      await mendStore()
      expect((await a.next('INFO')).args).toMatchObject({ code: 'STORE_WORKS' })
      expect(bed.logged('store-failing')).toHaveLength(1)
      expect(bed.logged('store-works')).toHaveLength(1)
    })

    it('[STORE3] nobody new is let in until it can be', async () => {
      const a = await member('a')
      failStore()
      a.send('SEND', [0, 0, 'waits'])
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      await expect(bed.connect(S)).rejects.toThrow('503')
      await mendStore()
      await a.next('RECV', (args) => args[2] === 'waits')
      expect(bed.reflector.missing()).toEqual([])
      await member('c')
    })

    it('[STORE4] who goes on sending is not read from', async () => {
      const a = await member('a')
      await pass(300)
      failStore()
      a.send('SEND', [0, 0, 'first'])
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      const text = 'x'.repeat(90_000)
      for (let count = 0; count < 300; count++) a.send('SEND', [0, 0, `${count}${text}`])
      await pass(1000)
      expect(a.backlog).toBeGreaterThan(10_000_000)
      await mendStore()
      await a.next('RECV', (args) => String(args[2]).startsWith('299x'))
      expect(textsOf(a).filter((each) => String(each).endsWith('x'))).toHaveLength(300)
    })

    it('is told by the readiness of the reflector when a commit does not end', async () => {
      const a = await member('a')
      await pass(300)
      const { promise, resolve } = Promise.withResolvers<void>()
      bed.store.commit = () => promise
      a.send('SEND', [0, 0, 'waits'])
      await a.ping()
      await pass(4000)
      expect(bed.reflector.missing()).toEqual([
        'the box cannot store anything: its disk does not answer',
      ])
      bed.store.commit = commit
      resolve()
      await a.next('RECV', (args) => args[2] === 'waits')
      expect(bed.reflector.missing()).toEqual([])
    })

    it('a box that stops tries once more, then gives up', async () => {
      const a = await member('a')
      await pass(300)
      failStore()
      a.send('SEND', [0, 0, 'waits'])
      await until(() => bed.reflector.missing().length > 0, 'stalled')
      await bed.reflector.drain()
      expect(bed.failures).toEqual([new StoreUnavailableError('its disk is full')])
      expect(bed.clock.pending).toBe(0)
    })
  })

  it('[LIVE4] a client that takes nothing for 5 s is closed when more than 1 MB waits for it', async () => {
    const [a, slow] = [await member('a'), await member('slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    const say = async (what: string) => {
      a.send('SEND', [0, 0, what + text])
      await a.next('RECV', (args) => String(args[2]).startsWith(what))
    }
    // More than the buffers of the system take.
    for (let sent = 0; sent < 120; sent++) await say(`${sent}-`)
    await pass(4000)
    expect(slow.isOpen).toBe(true)
    await pass(20_000)
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
    expect(a.isOpen).toBe(true)
  })

  it('[LIVE4] a client that reads all goes on, however much waited for it', async () => {
    const [a, slow] = [await member('a'), await member('slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 120; sent++) a.send('SEND', [0, 0, `${sent}-${text}`])
    await a.next('RECV', (args) => String(args[2]).startsWith('119-'))
    await pass(2000)
    slow.resume()
    await slow.next('RECV', (args) => String(args[2]).startsWith('119-'))
    await pass(10_000)
    expect(slow.argsOf('RECV').filter((args) => String(args[2]).includes('-x'))).toHaveLength(120)
    expect(slow.isOpen).toBe(true)
  })

  it('[LIVE4] a client that stops reading is closed, others are not held up', async () => {
    const [a, slow] = [await member('a'), await member('slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 400 && bed.logged('end').length === 0; sent++) {
      a.send('SEND', [0, 0, `${sent}${text}`])
      await a.next('RECV', (args) => String(args[2]).startsWith(`${sent}x`))
      await pass(100)
    }
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
    expect([...bed.reflector.sessions()][0]?.clients).toBe(1)
    expect(a.isOpen).toBe(true)
  })
})

it('[CLOSE3] draining commits everything, closes with 4003, and leaves no timer', async () => {
  const a = await member('a', { ticks: { tick: 1000, delay: 500 } })
  await pass(1100)
  a.send('SEND', [0, 0, 'held back'])
  await a.ping()
  const [drained, closed] = await Promise.all([bed.reflector.drain(), a.closed()])
  expect([drained, closed.code]).toEqual([undefined, 4003])
  expect(bed.clock.pending).toBe(0)
  const { session } = await bed.store.load(S, undefined, undefined)
  expect(session?.messages.map((run) => run.text).join()).toContain('held back')
})
