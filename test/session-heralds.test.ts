import { describe, expect, it } from 'vitest'
import { decode } from '../src/protocol/decode.ts'
import type { Join, Json } from '../src/protocol/messages.ts'
import { newSession } from '../src/session/new-session.ts'
import type { StoredSession } from '../src/session/record.ts'
import { announcedUsers, Stage } from './support/stage.ts'

const URL = 'https://herald.example/here'
const HERALD = { heraldUrl: URL }

describe('[JOIN11] a herald', () => {
  it('is told with each announcement who is there, who came and who left', () => {
    const stage = new Stage()
    stage.join('a', HERALD)
    stage.join('b', HERALD)
    stage.join('silent', { user: null, ...HERALD })
    stage.advanceTo(199)
    expect(stage.heralded).toEqual([])
    stage.advanceTo(200)
    stage.leave('a')
    stage.advanceTo(1000)
    expect(stage.heralded).toEqual([
      { url: URL, all: [['a'], ['b']], joined: [['a'], ['b']], left: [] },
      { url: URL, all: [['b']], joined: [], left: [['a']] },
    ])
  })

  it('is told, too, that the last one left, which no member hears', () => {
    const stage = new Stage()
    stage.join('a', HERALD)
    stage.advanceTo(200)
    stage.leave('a')
    stage.advanceTo(1000)
    expect(stage.heralded.at(-1)).toEqual({ url: URL, all: [], joined: [], left: [['a']] })
  })

  it('is told nothing of who came and went within 200 ms', () => {
    const stage = new Stage()
    stage.join('a', HERALD)
    stage.leave('a')
    stage.advanceTo(1000)
    expect(stage.heralded).toEqual([])
  })

  it('is told at once of 10,000 who join in a burst', () => {
    const stage = new Stage()
    for (let i = 0; i < 10_000; i += 1) stage.join(`user ${i}`, HERALD)
    stage.advanceTo(1000)
    expect(stage.heralded).toHaveLength(1)
    expect(stage.heralded[0]?.joined).toHaveLength(10_000)
  })

  it('is told of those who are expected back after a restart, too', () => {
    const stage = new Stage(storedWith([['b']]))
    stage.join('a', { ...HERALD, leaveDelay: 1000 })
    stage.advanceTo(200)
    expect(stage.heralded).toEqual([{ url: URL, all: [['a'], ['b']], joined: [['a']], left: [] }])
  })
})

describe('[JOIN9] the newest JOIN', () => {
  it('says which herald', () => {
    const stage = new Stage()
    stage.join('a', HERALD)
    stage.join('b', { heraldUrl: 'https://other.example/' })
    stage.advanceTo(200)
    expect(stage.heralded.map(({ url }) => url)).toEqual(['https://other.example/'])
  })

  it.each([undefined, '', null, 7, ['x']])('says that there is none by %j', (heraldUrl) => {
    const stage = new Stage()
    stage.join('a', HERALD)
    stage.join('b', heraldUrl === undefined ? {} : { heraldUrl })
    stage.advanceTo(200)
    expect(stage.heralded).toEqual([])
  })
})

/** A session as it was stored while these users were in it. */
function storedWith(announced: readonly Json[]): StoredSession {
  const join = decode(JSON.stringify({ action: 'JOIN', args: { version: 1, apiKey: '' } })) as Join
  const presence = { announced: announcedUsers(announced), leaveDelay: 1000 }
  return { ...newSession(join, 'timeline', undefined), presence }
}
