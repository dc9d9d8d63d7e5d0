import { describe, expect, it } from 'vitest'
import { Debounce } from '../src/session/debounce.ts'
import { shortKey } from '../src/session/short-key.ts'
import { Stage } from './support/stage.ts'

const send = (stage: Stage, payload: string) =>
  stage.say('a', JSON.stringify({ action: 'SEND', args: [0, 0, payload] }))
const setTicks = (stage: Stage, args: object) =>
  stage.say('a', JSON.stringify({ action: 'TICKS', args }))
const vote = (stage: Stage, name: string, tuttiKey: string, payload: string, wantsVote = false) =>
  stage.say(
    name,
    JSON.stringify({
      action: 'TUTTI',
      args: [stage.now, 0, payload, null, wantsVote, null, tuttiKey],
    }),
  )

const timesOf = (stage: Stage) => stage.reflected.map((text) => JSON.parse(text)[0] as number)
const kinds = (stage: Stage) => stage.facts.map(({ kind }) => kind)

describe('messages that are held back', () => {
  it('[SEND4] are reflected after five seconds of real time, whatever delay and scale say', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(1000)
    setTicks(stage, { tick: 30_000, delay: 1e9, scale: 1 / 64 })
    const before = stage.reflected.length
    send(stage, 'held')
    stage.advanceTo(5999)
    expect(stage.reflected).toHaveLength(before)
    stage.advanceTo(6000)
    expect(stage.reflected).toHaveLength(before + 1)
  })

  it('[SEND4] have a time that members had not reached by themselves', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(1000)
    setTicks(stage, { tick: 20_000, delay: 10_000 })
    send(stage, 'held')
    stage.advanceTo(6000)
    const [heard] = timesOf(stage).slice(-1)
    expect(heard).toBeGreaterThanOrEqual(1000 + 10_000 - 50)
    send(stage, 'next')
    expect(timesOf(stage).at(-1)).toBeGreaterThanOrEqual(heard ?? Infinity)
  })

  it('[LIMIT14] count beside the history, and as much of it is refused as the history has no room for', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(1000)
    stage.room.maxBytes = 100_000
    const before = stage.session.besideLength
    setTicks(stage, { tick: 30_000, delay: 1e9 })
    for (let sent = 0; sent < 20; sent += 1) send(stage, 'x'.repeat(10_000))
    expect(stage.session.besideLength - before).toBeGreaterThan(80_000)
    expect(stage.session.besideLength - before).toBeLessThan(110_000)
    expect(kinds(stage)).toContain('message refused')
    stage.advanceTo(7000)
    expect(stage.session.besideLength).toBe(before)
    expect(stage.session.joinCost.bytes).toBeLessThan(110_000)
  })

  it('[TICK1] do not stop the ticks if all of them are refused', () => {
    const stage = new Stage()
    const a = stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(1000)
    stage.room.maxBytes = 1
    setTicks(stage, { tick: 100, delay: 80 })
    send(stage, 'refused')
    a.frames.length = 0
    stage.advanceTo(2000)
    expect(a.frames.filter((frame) => frame.includes('"TICK"')).length).toBeGreaterThan(5)
  })

  it('[LIMIT15] press once they are a million long, until they are let out', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(1000)
    setTicks(stage, { tick: 30_000, delay: 1e9 })
    for (let sent = 0; sent < 10; sent += 1) send(stage, 'x'.repeat(99_000))
    expect(stage.session.isPressed).toBe(false)
    send(stage, 'x'.repeat(99_000))
    expect(stage.session.isPressed).toBe(true)
    stage.advanceTo(6000)
    expect(stage.session.isPressed).toBe(false)
  })
})

describe('[LIMIT14] votes', () => {
  it('of a hundred tallies at a time are counted, those for more are dropped', () => {
    const stage = new Stage()
    for (const name of ['a', 'b']) stage.join(name)
    const before = stage.session.besideLength
    for (let key = 0; key < 101; key += 1) vote(stage, 'a', `k${key}@0`, 'p', true)
    expect(kinds(stage).filter((kind) => kind === 'vote refused')).toHaveLength(1)
    stage.advanceTo(1000)
    const tallies = stage.reflected.filter((text) => text.includes('"tally"'))
    expect(tallies).toHaveLength(100)
    expect(stage.session.besideLength).toBe(before)
  })

  it('of one tally have payloads of a million in all: those beyond count as missing', () => {
    const stage = new Stage()
    const names = Array.from({ length: 20 }, (_, index) => `u${index}`)
    for (const name of names) stage.join(name)
    stage.advanceTo(200)
    const before = stage.session.besideLength
    for (const name of names) vote(stage, name, 'k@200', name.padEnd(64_000, '.'), true)
    expect(stage.session.besideLength - before).toBeLessThanOrEqual(1_000_100)
    stage.advanceTo(1200)
    const [, , tally] = JSON.parse(stage.reflected.at(-1) ?? '')
    expect([Object.keys(tally.tally).length, tally.missingClients]).toEqual([15, 5])
    expect(stage.session.besideLength).toBe(before)
  })

  it('are remembered by a digest of a long key, which is refused like a short one', () => {
    const stage = new Stage()
    stage.join('a')
    const key = `${'k'.repeat(900)}@0`
    vote(stage, 'a', key, 'p')
    vote(stage, 'a', key, 'p', true)
    expect(stage.reflected.filter((text) => text.includes('"tally"'))).toEqual([])
    const { remembered } = stage.session.state(0).completedTallies
    expect(remembered.map(([each]) => each.length)).toEqual([65])
  })
})

describe('users', () => {
  const announcements = (stage: Stage) =>
    stage.reflected
      .map((text) => JSON.parse(text)[2])
      .filter((payload) => payload.what === 'users')
      .map(({ joined = [], left = [] }) => [joined.length, left.length])
  const long = (name: string, length: number) => ({ id: name, data: 'x'.repeat(length) })

  it('[USERS1] are announced up to a length of a million at a time, the rest every 200 ms', () => {
    const stage = new Stage()
    for (let user = 0; user < 10; user += 1) {
      stage.join(`u${user}`, { user: long(`u${user}`, 200_000) })
    }
    stage.advanceTo(200)
    expect(announcements(stage)).toEqual([[4, 0]])
    stage.advanceTo(600)
    expect(announcements(stage)).toEqual([
      [4, 0],
      [4, 0],
      [2, 0],
    ])
    expect(stage.presence.announced).toHaveLength(10)
    for (let user = 0; user < 9; user += 1) stage.leave(`u${user}`)
    stage.advanceTo(1200)
    expect(announcements(stage).slice(3)).toEqual([
      [0, 4],
      [0, 4],
      [0, 1],
    ])
  })

  it('[USERS1] are counted only once they are announced: clients compare that with whom they know', () => {
    const stage = new Stage()
    const counts = () =>
      stage.reflected.map((text) => JSON.parse(text)[2]).map(({ active, total }) => [active, total])
    for (let user = 0; user < 10; user += 1) {
      stage.join(`u${user}`, { user: long(`u${user}`, 200_000) })
    }
    stage.advanceTo(600)
    const coming = [4, 8, 10].map((count) => [count, count])
    expect(counts()).toEqual(coming)
    for (let user = 0; user < 9; user += 1) stage.leave(`u${user}`)
    stage.advanceTo(1200)
    expect(counts()).toEqual([...coming, ...[6, 2, 1].map((count) => [count, count])])
  })

  it('[LIMIT17] count beside the history from their JOIN until they are given up', () => {
    const stage = new Stage()
    const before = stage.join('a', { leaveDelay: 1000 }) && stage.session.besideLength
    stage.join('b', { user: long('b', 90_000), leaveDelay: 1000 })
    expect(stage.session.besideLength).toBeGreaterThan(before + 90_000)
    stage.leave('b')
    stage.advanceTo(999)
    expect(stage.session.besideLength).toBeGreaterThan(before + 90_000)
    stage.advanceTo(1000)
    expect(stage.session.besideLength).toBe(before)
  })

  it('[LIMIT17] that are restored count, too, until they are back or given up', () => {
    const stage = new Stage()
    stage.join('a', { leaveDelay: 1000 })
    const b = long('b', 90_000)
    stage.join('b', { user: b, leaveDelay: 1000 })
    stage.advanceTo(1000)
    const again = new Stage({
      ...{ state: stage.session.state(1000), snapshot: undefined, presence: stage.presence },
      messages: [{ first: 1, count: stage.reflected.length, text: stage.reflected.join() }],
    })
    again.join('a', { leaveDelay: 1000 })
    const { besideLength } = again.session
    expect(besideLength).toBeGreaterThan(90_000)
    again.join('b', { user: b, leaveDelay: 1000 })
    expect(again.session.besideLength).toBe(besideLength)
  })

  it('[LIMIT17] who are gone and not announced are five hundred: of more, the oldest are announced', () => {
    const stage = new Stage()
    stage.join('a')
    for (let user = 0; user < 600; user += 1) {
      stage.join(`u${user}`, { leaveDelay: 120_000 })
      stage.leave(`u${user}`)
    }
    expect(stage.session.memberCount).toBe(501)
  })

  it('[LIMIT17] who are gone make room for one who comes; others do not', () => {
    const stage = new Stage()
    stage.room.maxBytes = 500_000
    stage.join('a', { leaveDelay: 120_000 })
    for (const name of ['b', 'c']) {
      stage.join(name, { user: long(name, 200_000), leaveDelay: 120_000 })
    }
    const newcomer = long('d', 200_000)
    expect(stage.session.makesRoomFor(newcomer, 0)).toBe(false)
    expect(stage.session.makesRoomFor(['short'], 0)).toBe(true)
    stage.leave('b')
    expect(stage.session.makesRoomFor(newcomer, 0)).toBe(true)
    expect(stage.session.memberCount).toBe(2)
  })
})

describe('[LIMIT14] votes on many keys', () => {
  it('have payloads of two million in all: they may all be counted at once', () => {
    const stage = new Stage()
    for (const name of ['a', 'b']) stage.join(name)
    stage.advanceTo(200)
    const before = stage.session.besideLength
    for (let key = 0; key < 50; key += 1) vote(stage, 'a', `k${key}@200`, 'p'.repeat(200_000), true)
    expect(stage.session.besideLength - before).toBeLessThanOrEqual(2_001_000)
    expect(kinds(stage).filter((kind) => kind === 'vote refused')).toHaveLength(40)
    stage.advanceTo(1200)
    expect(stage.session.besideLength).toBe(before)
  })
})

describe('[LIMIT14] tags', () => {
  it('are remembered ten thousand at most, the newest', () => {
    const debounce = new Debounce()
    const passes = (id: number) => debounce.passes({ debounce: 600_000, msgID: `${id}` }, id)
    for (let id = 0; id < 100_000; id += 1) passes(id)
    expect(debounce.length).toBeLessThanOrEqual(10_000 * 200)
    expect([passes(99_999), passes(95_100), passes(5)]).toEqual([false, false, true])
  })
})

describe('a key', () => {
  it('is kept as it is if it is short', () => {
    expect(shortKey('snapshot@5000')).toBe('snapshot@5000')
    expect(shortKey('x'.repeat(64))).toBe('x'.repeat(64))
  })

  it('that is long becomes a digest, another one for each', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) =>
      shortKey(`${'k'.repeat(100)}${index}`),
    )
    expect(new Set(keys).size).toBe(20_000)
    expect(new Set(keys.map((key) => key.length))).toEqual(new Set([65]))
  })
})
