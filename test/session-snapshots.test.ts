import { describe, expect, it } from 'vitest'
import { newSession } from '../src/session/new-session.ts'
import type { StoredSession } from '../src/session/record.ts'
import { Stage, type StageMember } from './support/stage.ts'

const MESSAGE = '[0,0,"m"]'

/** A session of that many messages, as it comes back from the store. */
function stored(count: number, message = MESSAGE): StoredSession {
  const ticks = { tick: 100_000, delay: undefined, scale: undefined }
  const join = { name: '', pageUrl: '', flags: {}, leaveDelay: 0, about: {}, ticks } as const
  const none = {
    appId: undefined,
    persistentId: undefined,
    user: undefined,
    tove: undefined,
    heraldUrl: undefined,
    isFleeting: false,
  }
  const fresh = newSession({ action: 'JOIN', ...join, ...none }, 'timeline', undefined)
  const text = Array(count).fill(message).join(',')
  const state = { ...fresh.state, position: count }
  return { ...fresh, state, messages: [{ first: 1, count, text }] }
}

const send = (stage: Stage, payload: string) =>
  stage.say('a', JSON.stringify({ action: 'SEND', args: [0, 0, payload] }))

/** Frames of this action; all that came are forgotten. */
function taken(member: StageMember, action: string) {
  return member.frames
    .splice(0)
    .map((frame) => JSON.parse(frame))
    .filter((frame) => frame.action === action)
}

const requests = (stage: Stage) =>
  stage.facts.flatMap((fact) => (fact.kind === 'snapshot requested' ? fact : []))

describe('a snapshot is asked for', () => {
  it('[SNAP9] after message 2,001, of all with a user, and until there is one', () => {
    const stage = new Stage()
    const [a, b] = [stage.join('a'), stage.join('b')]
    const silent = stage.join('silent', { user: null })
    for (let sent = 0; sent < 2000; sent += 1) send(stage, 'm')
    expect(requests(stage)).toEqual([])
    send(stage, 'm')
    expect(requests(stage)).toEqual([
      { kind: 'snapshot requested', messages: 2001, why: 'messages' },
    ])
    stage.advanceTo(6000)
    for (const member of [a, b]) expect(taken(member, 'REQU')).toHaveLength(2)
    stage.say('a', '{"action":"SNAP","args":{"time":0,"seq":1985,"hash":"h","url":"file"}}')
    stage.advanceTo(100_000)
    for (const member of [a, b, silent]) expect(taken(member, 'REQU')).toEqual([])
    expect(stage.session.joinCost.messages).toBe(1)
  })

  it('[ROLE5] but not of viewers: who are alone are never asked, who comes to them is', () => {
    const stage = new Stage(stored(3000))
    const viewer = stage.join('viewer', {}, true)
    stage.advanceTo(3_600_000)
    expect(requests(stage)).toEqual([])
    const a = stage.join('a')
    expect(requests(stage)).toMatchObject([{ why: 'messages' }])
    expect([taken(a, 'REQU').length, taken(viewer, 'REQU').length]).toEqual([1, 0])
  })

  it('[SNAP10] when messages are long, counted as their texts are', () => {
    const stage = new Stage()
    stage.join('a')
    const payload = 'é'.repeat(100_000)
    for (let sent = 0; sent < 19; sent += 1) send(stage, payload)
    const bytes = stage.reflected.reduce((sum, text) => sum + text.length + 1, 0)
    expect(stage.session.joinCost).toEqual({ messages: 19, bytes })
    expect(requests(stage)).toEqual([])
    send(stage, payload)
    expect(requests(stage)).toMatchObject([{ messages: 20, why: 'bytes' }])
  })

  it('[SNAP14] again for a long history 30 s after a snapshot', () => {
    const stage = new Stage()
    stage.join('a')
    for (let sent = 0; sent < 5000; sent += 1) send(stage, 'm')
    stage.advanceTo(1000)
    stage.say('a', '{"action":"SNAP","args":{"time":0.5,"seq":84,"hash":"h","url":"file"}}')
    stage.advanceTo(30_999)
    expect(requests(stage)).toHaveLength(1)
    stage.advanceTo(31_000)
    expect(requests(stage)).toHaveLength(2)
  })

  it('of who brings a long session back, and its age counts from then', () => {
    const stage = new Stage(stored(2001))
    expect(taken(stage.join('a'), 'REQU')).toHaveLength(1)
    expect(stage.session.joinCost).toEqual({ messages: 2001, bytes: 2001 * 10 })
    const short = new Stage(stored(10))
    const b = short.join('a')
    short.advanceTo(600_000)
    expect(taken(b, 'REQU')).toEqual([])
    short.advanceTo(600_001)
    send(short, 'm')
    expect(taken(b, 'REQU')).toHaveLength(1)
  })

  it('[SNAP13] and nothing is left to do when nobody is there', () => {
    const stage = new Stage(stored(2001))
    stage.join('a')
    stage.leave('a')
    stage.advanceTo(1000)
    expect(stage.session.nextDue).toBe(Infinity)
  })

  it('[SNAP13] in vain, which is reported once', () => {
    const stage = new Stage(stored(2001))
    stage.join('a')
    stage.advanceTo(3_600_000)
    expect(requests(stage).length).toBeGreaterThan(50)
    const overdue = stage.facts.filter(({ kind }) => kind === 'snapshot overdue')
    expect(overdue).toEqual([{ kind: 'snapshot overdue', messages: 2002 }])
  })
})

describe('[SNAP7] a history that fills', () => {
  it('is warned of below 10,000 messages left, the more often the fewer are left', () => {
    const stage = new Stage(stored(489_999))
    const a = stage.join('a')
    const silent = stage.join('silent', { user: null })
    const warned: number[] = []
    for (let kept = 490_000; kept <= 500_000; kept += 1) {
      send(stage, 'm')
      if (taken(a, 'INFO').length > 0) warned.push(kept - 1)
    }
    expect(warned[0]).toBeGreaterThan(490_000)
    expect(warned.slice(-100)).toEqual(Array.from({ length: 100 }, (_, index) => 499_900 + index))
    const early = warned.filter((kept) => kept < 495_000)
    expect(early.length).toBeLessThan(warned.length / 4)
    expect(taken(silent, 'INFO')).toHaveLength(warned.length)
  })

  it('is full as well when its messages are 250,000,000 long', () => {
    const stage = new Stage(stored(250, JSON.stringify([0, 0, 'm'.repeat(999_950)])))
    const a = stage.join('a')
    a.frames.length = 0
    send(stage, 'm'.repeat(50_000))
    expect(taken(a, 'INFO')).toHaveLength(1)
    send(stage, 'refused')
    expect(stage.facts.at(-1)).toEqual({ kind: 'message refused', messages: 251 })
  })

  it('is full when the box has no more room for it; users are told once a second', () => {
    const stage = new Stage()
    const a = stage.join('a')
    stage.advanceTo(300)
    send(stage, 'm'.repeat(1000))
    stage.room.maxBytes = 1000
    a.frames.length = 0
    for (const now of [1000, 1999, 2000]) {
      stage.advanceTo(now)
      send(stage, 'refused')
    }
    expect(taken(a, 'INFO')).toHaveLength(2)
    expect(stage.facts.filter(({ kind }) => kind === 'message refused')).toHaveLength(3)
    stage.room.maxBytes = 10_000_000
    send(stage, 'taken')
    expect(taken(a, 'RECV')).toMatchObject([{ args: [2000, 4294967283, 'taken'] }])
  })

  it('takes no more messages when it is full, until there is a snapshot', () => {
    const stage = new Stage(stored(500_000))
    const a = stage.join('a')
    a.frames.length = 0
    send(stage, 'refused')
    expect(a.frames.map((frame) => JSON.parse(frame))).toEqual([
      {
        id: 'S',
        action: 'INFO',
        args: {
          code: 'SNAPSHOT_NEEDED',
          msg: 'The session takes no more messages until it gets a snapshot.',
          options: { level: 'warning' },
        },
      },
    ])
    expect(stage.facts.at(-1)).toEqual({ kind: 'message refused', messages: 500_000 })
    stage.advanceTo(6000)
    expect(taken(a, 'REQU')).toHaveLength(1)
    stage.say('a', '{"action":"SNAP","args":{"time":1,"seq":499983,"hash":"h","url":"file"}}')
    send(stage, 'taken')
    expect(taken(a, 'RECV').map(({ args }) => args[2])).toEqual(['taken'])
  })
})
