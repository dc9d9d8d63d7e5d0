import { describe, expect, it } from 'vitest'
import { newSession } from '../src/session/new-session.ts'
import type { Presence, SessionState, StoredSession } from '../src/session/record.ts'
import { announcedUsers, Stage } from './support/stage.ts'

const DELAY = 1250

/** A session as it was stored while these users were in it. */
function stored(presence: Presence, changes: Partial<SessionState> = {}): StoredSession {
  const join = { name: '', pageUrl: '', flags: {}, leaveDelay: 0, about: {} } as const
  const none = {
    appId: undefined,
    persistentId: undefined,
    user: undefined,
    tove: undefined,
    heraldUrl: undefined,
    isFleeting: false,
  }
  const ticks = { tick: 100_000, delay: undefined, scale: undefined }
  const fresh = newSession({ action: 'JOIN', ...join, ...none, ticks }, 'timeline', undefined)
  return { ...fresh, state: { ...fresh.state, ...changes }, presence }
}

/** What was said of users to this member. */
function usersHeard(stage: Stage, name: string): unknown[] {
  const frames = stage.member(name).frames.map((frame) => JSON.parse(frame))
  return frames.flatMap(({ action, args }) => {
    if (action !== 'RECV' || args[2].what !== 'users') return []
    const { what: _what, _size, ...payload } = args[2]
    return [payload]
  })
}

describe('[USERS10] a session that was stored with users in it', () => {
  const announced = announcedUsers([['a'], ['b']])

  it('says nothing of those who come back in time', () => {
    const stage = new Stage(stored({ announced, leaveDelay: DELAY }))
    stage.join('a', { leaveDelay: DELAY })
    stage.advanceTo(1000)
    stage.join('b', { leaveDelay: DELAY })
    stage.advanceTo(10_000)
    expect(usersHeard(stage, 'a')).toEqual([])
    expect(stage.session.memberCount).toBe(2)
  })

  it('announces those who do not come back as left', () => {
    const stage = new Stage(stored({ announced, leaveDelay: DELAY }))
    stage.join('a', { leaveDelay: DELAY })
    stage.advanceTo(10_000)
    expect(usersHeard(stage, 'a')).toEqual([{ active: 1, total: 1, left: [['b']] }])
    expect(stage.announced).toEqual([['a']])
  })

  it('counts the absent while somebody new joins, so that nobody takes it for a new session', () => {
    const stage = new Stage(stored({ announced, leaveDelay: DELAY }))
    stage.join('c', { leaveDelay: DELAY })
    stage.advanceTo(1000)
    stage.join('a', { leaveDelay: DELAY })
    stage.advanceTo(10_000)
    expect(usersHeard(stage, 'c')).toEqual([
      { active: 3, total: 3, joined: [['c']] },
      { active: 2, total: 2, left: [['b']] },
    ])
  })

  it('takes one who comes back twice for a second connection', () => {
    const stage = new Stage(stored({ announced: announcedUsers([['a']]), leaveDelay: DELAY }))
    stage.join('a', { leaveDelay: DELAY })
    stage.join('a2', { leaveDelay: DELAY, user: ['a'] })
    stage.advanceTo(200)
    expect(usersHeard(stage, 'a')).toEqual([{ active: 2, total: 2, joined: [['a']] }])
  })

  it('knows users that are objects or strings, too', () => {
    const users = ['s', { id: 'o', data: 'x' }]
    const stage = new Stage(stored({ announced: announcedUsers(users), leaveDelay: DELAY }))
    stage.join('s', { leaveDelay: DELAY, user: 's' })
    stage.join('o', { leaveDelay: DELAY, user: { id: 'o', data: 'x' } })
    stage.advanceTo(10_000)
    expect(usersHeard(stage, 's')).toEqual([])
  })

  it('gives up the absent even if the one who restored it leaves at once', () => {
    const stage = new Stage(stored({ announced, leaveDelay: DELAY }))
    stage.join('c', { leaveDelay: 0, user: null })
    stage.leave('c')
    stage.advanceTo(10_000)
    expect(stage.session.memberCount).toBe(0)
    expect(stage.presence).toEqual({ announced: [], leaveDelay: 0 })
  })
})

describe('who was announced is known for the next time', () => {
  it('as members were told', () => {
    const stage = new Stage()
    stage.join('a', { leaveDelay: DELAY })
    stage.join('a2', { leaveDelay: DELAY, user: ['a'] })
    expect(stage.presence).toEqual({ announced: [], leaveDelay: DELAY })
    stage.advanceTo(200)
    expect(stage.announced).toEqual([['a'], ['a']])
    stage.leave('a2')
    stage.advanceTo(1400)
    expect(stage.announced).toEqual([['a'], ['a']])
    stage.advanceTo(1700)
    expect(stage.announced).toEqual([['a']])
  })

  it('nobody, once the last one left unheard', () => {
    const stage = new Stage()
    stage.join('a')
    stage.advanceTo(200)
    stage.leave('a')
    stage.advanceTo(1000)
    expect(stage.announced).toEqual([])
  })
})

describe('[TIME6] teatime is stored ahead of what members are told', () => {
  it('by five seconds at most, and not again with every tick', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    const stored = new Set<number>()
    for (let now = 0; now <= 10_000; now += 50) {
      stage.advanceTo(now)
      stored.add(stage.storedTime)
      expect(stage.storedTime).toBeGreaterThanOrEqual(stage.sentTime)
      expect(stage.storedTime).toBeLessThanOrEqual(stage.sentTime + 5000)
    }
    expect(stored.size).toBeLessThan(5)
  })

  it('together with other sessions, so that one commit does for them all', () => {
    const commitsOf = (joinedAt: number): number[] => {
      const stage = new Stage()
      stage.advanceTo(joinedAt)
      stage.join('a', { ticks: { tick: 50 } })
      const changes: number[] = []
      for (let now = joinedAt; now <= 20_000; now += 50) {
        const before = stage.storedTime
        stage.advanceTo(now)
        if (stage.storedTime > before) changes.push(now)
      }
      return changes.filter((now) => now > 10_000)
    }

    const commits = commitsOf(0)
    expect(commits.length).toBeGreaterThan(1)
    expect(commitsOf(350)).toEqual(commits)
  })

  it.each([50, 700, 1500])(
    'before a tick needs it, in a turn of its own: only the first of ticks each %d ms waits for a commit',
    (tick) => {
      const stage = new Stage()
      const { frames } = stage.join('a', { ticks: { tick } })
      stage.advanceTo(60_000)
      const ticks = frames.filter((frame) => JSON.parse(frame).action === 'TICK')

      expect(ticks.length).toBeGreaterThan((0.8 * 60_000) / tick)
      expect(stage.heldTicks).toHaveLength(1)
    },
  )

  it('with a delay, ahead of the ticks that members make themselves', () => {
    const stage = new Stage()
    const { frames } = stage.join('a', { ticks: { tick: 1000, delay: 950 } })
    let ticks = 0
    for (let now = 0; now <= 10_000; now += 50) {
      stage.advanceTo(now)
      const { action, args } = JSON.parse(frames.at(-1) ?? '')
      if (action !== 'TICK') continue
      ticks += 1
      expect(stage.storedTime).toBeGreaterThanOrEqual(args + 950)
    }
    expect(ticks).toBeGreaterThan(100)
  })

  it('as far as members tick by themselves with a delay, also when that becomes shorter', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 1000, delay: 950 } })
    stage.advanceTo(1300)
    expect(stage.sentTime).toBe(1200)
    stage.say('a', '{"action":"TICKS","args":{"delay":10}}')
    expect(stage.storedTime).toBeGreaterThanOrEqual(2150)
  })

  it('at the new scale when that changes', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.say('a', '{"action":"TICKS","args":{"scale":64}}')
    stage.advanceTo(1000)
    expect(stage.storedTime).toBeGreaterThan(stage.sentTime + 10_000)
    stage.say('a', '{"action":"TICKS","args":{"scale":1}}')
    for (let now = 1000; now <= 10_000; now += 50) {
      stage.advanceTo(now)
      expect(stage.storedTime).toBeLessThanOrEqual(stage.sentTime + 5000 + 64)
    }
  })

  it('and not at all when the session is put away in order', () => {
    const stage = new Stage()
    stage.join('a', { ticks: { tick: 50 } })
    stage.advanceTo(5010)
    stage.session.settle(stage.now)
    expect(stage.storedTime).toBe(5010)
  })
})

it('[TIME5] goes on where it was: time, seq, tallies, delay and scale', () => {
  const completedTallies = { remembered: [['t@900', 900]] as const, forgottenTime: -1 }
  const state = { time: 1000, position: 3, scale: 2, delay: 0, completedTallies }
  const stage = new Stage(stored({ announced: [], leaveDelay: 0 }, state))
  const a = stage.join('a')
  stage.advanceTo(100)
  stage.say('a', '{"action":"TUTTI","args":[900,0,"x",[0,0,"late"],true,null,"t@900"]}')
  stage.say('a', '{"action":"SEND","args":[0,0,"hi"]}')
  expect(a.frames.slice(1)).toEqual(['{"id":"S","action":"RECV","args":[1200,4294967284,"hi"]}'])
})
