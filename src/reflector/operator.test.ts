import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { ANYBODY } from '../access/pass.ts'

const S = randomSessionId()
const SENT_AWAY = 4123

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

const operator = () => bed.reflector.operator
const facts = () => operator().session(S)
const connectionOf = (name: string) =>
  operator()
    .members(S)
    .find(({ user }) => JSON.stringify(user) === JSON.stringify([name]))?.connection ?? ''

describe('what whoever runs the box sees', () => {
  it('is which sessions run, since when, and what they reflected', async () => {
    const a = await bed.member(S, 'a', { appId: 'org.app', name: 'org.app/main' })
    await bed.member(S, 'b')
    bed.clock.advanceTo(200) // users are announced
    a.send('SEND', [0, 0, 'hi', 12])
    await a.next('RECV', (args) => args[2] === 'hi')
    expect([...operator().sessions()]).toEqual([facts()])
    const text = a.frames.filter(({ action }) => action === 'RECV').map(({ args }) => args)
    expect(facts()).toMatchObject({
      ...{ id: S, appId: 'org.app', name: 'main', users: 2 },
      startedAt: bed.clock.wallTime() - 200,
      reflected: { messages: text.length, bytes: expect.any(Number) },
      joinCost: { messages: text.length },
    })
    expect([operator().sessionCount, operator().connectionCount]).toEqual([1, 2])
  })

  it('is who is in, with what, and how quick they are', async () => {
    const a = await bed.member(S, 'a')
    await bed.member(S, 'b', { sdk: undefined, codeHash: 7 })
    a.send('SEND', [0, 0, 'hi', 12])
    await a.next('RECV', (args) => args[2] === 'hi')
    const common = { userIp: '10.0.0.1', isViewer: false, boxHost: bed.url.split('/')[2] }
    expect(operator().members(S)).toMatchObject([
      { ...common, user: ['a'], sdk: '2.0.4', codeHash: 'c0de', latencyMs: 12 },
      { ...common, user: ['b'], sdk: undefined, codeHash: undefined, latencyMs: undefined },
    ])
  })

  it('is not who has left, though their leave is not announced yet', async () => {
    const a = await bed.member(S, 'a', { leaveDelay: 5000 })
    await bed.member(S, 'b', { leaveDelay: 5000 })
    await a.close()
    await until(() => facts()?.users === 1)
    expect(operator().members(S)).toMatchObject([{ user: ['b'] }])
  })

  it('is nothing of a session that does not run', async () => {
    expect(facts()).toBeUndefined()
    expect(operator().members(S)).toEqual([])
    expect(operator().askForSnapshot(S)).toBeUndefined()
    expect(
      operator().inform(S, { code: 'X', msg: '', options: { level: 'error' } }),
    ).toBeUndefined()
    expect(operator().disconnect(S, 'x')).toBeUndefined()
    expect(await operator().close(S)).toBe(false)
  })

  it('is how punctual the reflector is, at worst since it was last asked', async () => {
    await bed.member(S, 'a')
    await bed.elapse(1000)
    expect(bed.reflector.takePunctuality().tickLatenessMs).toBeGreaterThanOrEqual(0)
    const commit = bed.store.commit.bind(bed.store)
    bed.store.commit = (entries) => {
      bed.clock.advanceTo(bed.clock.elapsed + 40)
      return commit(entries)
    }
    const b = await bed.member(S, 'b')
    b.send('SEND', [0, 0, 'x'])
    await b.ping()
    expect(bed.reflector.takePunctuality().commitMs).toBeGreaterThanOrEqual(40)
    expect(bed.reflector.takePunctuality()).toEqual({ tickLatenessMs: 0, commitMs: 0 })
  })
})

describe('what whoever runs the box does', () => {
  it('[CLOSE4] disconnects one of them, who does not come back by itself', async () => {
    const a = await bed.member(S, 'a')
    const b = await bed.member(S, 'b')
    expect(operator().disconnect(S, connectionOf('b'))).toBe(true)
    const { code, reason } = await b.closed()
    expect([code, reason]).toEqual([SENT_AWAY, expect.stringContaining('disconnected you')])
    expect(operator().disconnect(S, 'somebody else')).toBe(false)
    expect(a.isOpen).toBe(true)
  })

  it('[INFO2] [INFO3] sends all of them a notice, and counts the pages that have shown it', async () => {
    const a = await bed.member(S, 'a')
    const silent = await bed.connect(S)
    await silent.join({ user: undefined })
    const notice = { code: 'NOTICE', msg: 'Lunch', options: { level: 'warning' } } as const
    const sent = operator().inform(S, notice)
    const id = sent?.id ?? 0
    expect(sent).toEqual({ id, told: 2, seen: 0 })
    for (const each of [a, silent])
      expect((await each.next('INFO')).args).toEqual({ ...notice, id })
    for (const each of [a, a, silent]) each.send('SEEN', id)
    const late = await bed.member(S, 'late')
    late.send('SEEN', id)
    a.send('SEEN', id + 1)
    await Promise.all([a.ping(), silent.ping(), late.ping()])
    expect(operator().notice(S, id)).toEqual({ id, told: 2, seen: 2 })
    expect(operator().notice(randomSessionId(), id)).toBeUndefined()
  })

  it('[INFO3] counts what a viewer’s page has shown, too', async () => {
    bed.pass = { ...ANYBODY, role: 'viewer' }
    const viewer = await bed.member(S, 'viewer')
    const notice = { code: 'NOTICE', msg: 'Lunch', options: { level: 'warning' } } as const
    const id = operator().inform(S, notice)?.id ?? 0
    viewer.send('SEEN', id)
    await viewer.ping()
    expect(operator().notice(S, id)).toEqual({ id, told: 1, seen: 1 })
  })

  it('asks those who can make one for a snapshot', async () => {
    const a = await bed.member(S, 'a')
    expect(operator().askForSnapshot(S)).toBe(1)
    await a.next('REQU')
    await a.close()
    await until(() => facts()?.users === 0)
    expect(operator().askForSnapshot(S)).toBe(0)
  })

  it('[CLOSE4] closes a session, which is at once out of memory and comes back as it was', async () => {
    const a = await bed.member(S, 'a')
    const b = await bed.member(S, 'b')
    a.send('SEND', [0, 0, 'hi'])
    await a.next('RECV', (args) => args[2] === 'hi')
    expect(await operator().close(S)).toBe(true)
    expect(facts()).toBeUndefined()
    for (const each of [a, b]) expect((await each.closed()).code).toBe(SENT_AWAY)
    const again = await bed.connect(S)
    const { messages } = await again.join()
    expect(messages.map((message) => message[2])).toContain('hi')
  })

  it('[CLOSE4] closes a session that is still being opened', async () => {
    const load = bed.store.load.bind(bed.store)
    const loading = Promise.withResolvers<void>()
    bed.store.load = async (...asked) => {
      await loading.promise
      return load(...asked)
    }
    const a = await bed.connect(S)
    a.send('JOIN', { version: 1, apiKey: 'none', user: ['a'] })
    await until(() => operator().sessionCount === 1)
    expect(await operator().close(S)).toBe(true)
    expect((await a.closed()).code).toBe(SENT_AWAY)
    expect(operator().sessionCount).toBe(0)
    loading.resolve()
  })

  it('[CLOSE5] removes a session, which nobody can open meanwhile', async () => {
    const a = await bed.member(S, 'a')
    const removal = Promise.withResolvers<string>()
    const removed = operator().remove(S, () => removal.promise)
    expect((await a.closed()).code).toBe(SENT_AWAY)
    const early = await bed.connect(S)
    early.send('JOIN', { version: 1, apiKey: 'none', user: ['b'] })
    expect(await early.closed()).toMatchObject({ code: 4003 })
    removal.resolve('done')
    expect(await removed).toBe('done')
    await bed.member(S, 'c')
    expect(facts()?.users).toBe(1)
  })

  it('[CLOSE5] lets nobody open it before the last of those has removed it who do so at once', async () => {
    const second = Promise.withResolvers<boolean>()
    const removals = [
      operator().remove(S, async () => true),
      operator().remove(S, () => second.promise),
    ]
    await removals[0]
    expect(operator().isRemoving(S)).toBe(true)
    second.resolve(false)
    expect(await Promise.all(removals)).toEqual([true, false])
    expect(operator().isRemoving(S)).toBe(false)
  })
})

describe('the witness', () => {
  const told = (fact: string) => bed.witnessed.filter(([name]) => name === fact)

  it('is told who joins and leaves, and when the session is gone', async () => {
    const a = await bed.member(S, 'a', { name: 'main' })
    await a.close(4200, 'wrong password')
    await until(() => told('left').length > 0)
    const visitor = expect.objectContaining({ user: ['a'], sdk: '2.0.4' })
    expect(told('joined')).toEqual([
      ['joined', S, expect.objectContaining({ name: 'main' }), visitor],
    ])
    expect(told('left')).toEqual([['left', S, visitor, 4200, 'wrong password', 0]])
    await bed.elapse(12_000)
    expect(told('closed')).toEqual([['closed', S]])
  })

  it('is told who votes for what', async () => {
    const a = await bed.member(S, 'a')
    const vote = { hash: 'h', viewId: 'a' }
    a.send('TUTTI', [0, 0, vote, null, true, null, 'snapshot@0'])
    await until(() => told('voted').length > 0)
    const [, , , { tuttiKey, payload }] = told('voted')[0] as [
      string,
      string,
      unknown,
      { tuttiKey: string; payload: string },
    ]
    expect([tuttiKey, JSON.parse(payload)]).toEqual(['snapshot@0', vote])
  })

  it('is told of a snapshot that is taken, and of one that is lost', async () => {
    const a = await bed.member(S, 'a')
    a.send('SEND', [0, 0, 'hi'])
    const [time, seq] = (await a.next('RECV', (args) => args[2] === 'hi')).args
    const [path, hash] = [`snapshots/${S}/x.snap`, 'h']
    bed.files.set('http://x/', { kind: 'snapshot', path, sessionId: S, time, seq, hash })
    a.send('SNAP', { time, seq, hash, url: 'http://x/' })
    await until(() => told('snapshotTaken').length > 0)
    expect(told('snapshotTaken')).toEqual([['snapshotTaken', S, time]])
    bed.store.missingFiles.add(path)
    const b = await bed.connect(S)
    b.send('JOIN', { version: 1, apiKey: 'none', user: ['b'] })
    await until(() => told('snapshotLost').length > 0)
    expect(told('snapshotLost')).toEqual([['snapshotLost', S]])
  })
})
