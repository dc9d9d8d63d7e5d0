import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { joinArgs, randomSessionId } from '../../test/support/raw-client.ts'
import { ReflectorBed, until } from '../../test/support/reflector-bed.ts'
import { Liveness, type Watched } from './liveness.ts'

const S = randomSessionId()
const OTHER = randomSessionId()

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

describe('connections that are not there', () => {
  it('[LIVE1] 100 that never join are closed after 7 s, and nobody else notices', async () => {
    const a = await bed.member(OTHER, 'a')
    const idle = await Promise.all(Array.from({ length: 100 }, () => bed.connect(S)))
    await bed.elapse(6900)
    expect(idle.every((client) => client.isOpen)).toBe(true)
    await bed.elapse(1100)
    const closed = await Promise.all(idle.map((client) => client.closed()))
    expect(new Set(closed.map(({ code }) => code))).toEqual(new Set([4121]))
    a.send('SEND', [0, 0, 'still here'])
    await a.next('RECV', (args) => args[2] === 'still here')
  })

  it('[LIVE1] one that never joins a session with members has 35 s', async () => {
    await bed.member(S, 'a')
    const idle = await bed.connect(S)
    const beat = bed.clock.every(5000, () => idle.send('PULSE'))
    await bed.elapse(34_000)
    expect(idle.isOpen).toBe(true)
    await bed.elapse(2000)
    beat()
    expect((await idle.closed()).code).toBe(4121)
  })

  it('[LIVE2] a silent member is pinged after 35 s and stays as long as it answers', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(34_000)
    expect(a.pings).toHaveLength(0)
    await bed.elapse(100_000)
    expect(a.pings.length).toBeGreaterThan(1)
    expect(a.isOpen).toBe(true)
  })

  it('[LIVE3] one that answers nothing for 60 s is closed with 4002', async () => {
    const a = await bed.connect(S, { autoPong: false })
    await a.join()
    await bed.elapse(59_000)
    expect(a.isOpen).toBe(true)
    await bed.elapse(2000)
    expect((await a.closed()).code).toBe(4002)
  })
})

describe('clients that do not take what they are sent', () => {
  it('[LIVE4] who asks again and again for a long SYNC and reads none is closed', async () => {
    const a = await bed.member(S, 'a')
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 30; sent++) a.send('SEND', [0, 0, text])
    const slow = await bed.connect(S)
    slow.pause()
    for (let sent = 0; sent < 50; sent++) slow.send('JOIN', joinArgs())
    await a.ping()
    await until(() => bed.logged('join').length === 2, 'joined')
    await bed.elapse(5000)
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
  })

  it('[LIVE4] a client that takes nothing for 30 s is closed when more than 1 MB waits for it', async () => {
    const [a, slow] = [await bed.member(S, 'a'), await bed.member(S, 'slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    const say = async (what: string) => {
      a.send('SEND', [0, 0, what + text])
      await a.next('RECV', (args) => String(args[2]).startsWith(what))
    }
    // More than the buffers of the system take.
    for (let sent = 0; sent < 120; sent++) await say(`${sent}-`)
    await bed.elapse(29_000)
    expect(slow.isOpen).toBe(true)
    await bed.elapse(5000)
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
    expect(a.isOpen).toBe(true)
  })

  it('[LIVE4] a client that reads all goes on, however much waited for it', async () => {
    const [a, slow] = [await bed.member(S, 'a'), await bed.member(S, 'slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 120; sent++) a.send('SEND', [0, 0, `${sent}-${text}`])
    await a.next('RECV', (args) => String(args[2]).startsWith('119-'))
    await bed.elapse(2000)
    slow.resume()
    await slow.next('RECV', (args) => String(args[2]).startsWith('119-'))
    await bed.elapse(10_000)
    expect(slow.argsOf('RECV').filter((args) => String(args[2]).includes('-x'))).toHaveLength(120)
    expect(slow.isOpen).toBe(true)
  })

  it('[LIVE4] a client that stops reading is closed, others are not held up', async () => {
    const [a, slow] = [await bed.member(S, 'a'), await bed.member(S, 'slow')]
    slow.pause()
    const text = 'x'.repeat(90_000)
    for (let sent = 0; sent < 400 && bed.logged('end').length === 0; sent++) {
      a.send('SEND', [0, 0, `${sent}${text}`])
      await a.next('RECV', (args) => String(args[2]).startsWith(`${sent}x`))
      await bed.elapse(100)
    }
    expect(bed.logged('end')[0]).toMatchObject({ code: 4001 })
    expect([...bed.reflector.sessions()][0]?.clients).toBe(1)
    expect(a.isOpen).toBe(true)
  })
})

describe('a crowd that has to go', () => {
  let clock: ManualClock
  let closed: number

  beforeEach(() => {
    clock = new ManualClock()
    closed = 0
  })

  const idle = () => ({
    ...{ since: 0, lastHeard: 0, lastPinged: 0, isOpen: true, isHeld: false },
    stage: { tag: 'connected' },
    origin: { pass: { isGood: () => true } },
    isStuck: () => false,
    cutIfOverdue: () => false,
    ping: () => {},
    close() {
      closed += 1
      this.isOpen = false
    },
  })

  const newLiveness = () =>
    new Liveness<Watched>({
      ...{ clock, timers: clock },
      hasCompany: () => false,
    })

  it('[LIVE5] goes two at a time, with pauses between, and all of it in the end', () => {
    const crowd = new Set(Array.from({ length: 100 }, idle))
    const liveness = newLiveness()
    clock.advanceTo(7000)
    liveness.check(crowd)
    expect(closed).toBe(2)
    clock.advanceTo(7004)
    liveness.check(crowd) // the next second's round, before this one is over
    expect(closed).toBe(4)
    clock.advanceTo(7300)
    expect(closed).toBe(100)
    crowd.add(idle())
    liveness.check(crowd)
    expect(closed).toBe(101)
  })

  it('[ROLE6] does not keep those whose access ended: they go at once', () => {
    const crowd = new Set(Array.from({ length: 100 }, idle))
    const ended = { ...idle(), origin: { pass: { isGood: () => false } } }
    crowd.add(ended)
    clock.advanceTo(7000)
    newLiveness().check(crowd)
    expect([ended.isOpen, closed]).toEqual([false, 3])
  })

  it('is asked whether it is there bit by bit, too, a turn of the event loop each', () => {
    let pinged = 0
    const silent = () => ({ ...idle(), stage: { tag: 'member' }, ping: () => (pinged += 1) })
    clock.advanceTo(35_000)
    newLiveness().check(new Set(Array.from({ length: 100 }, silent)))
    expect(pinged).toBe(16)
    while (clock.endTurn());
    expect(pinged).toBe(100)
  })
})
