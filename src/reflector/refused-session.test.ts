import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ReflectorBed } from '../../test/support/reflector-bed.ts'
import { SessionsRefusedError } from '../session/session-store.ts'

const S = 'session-refused'.padEnd(43, 'x')
const OTHER = 'session-other'.padEnd(43, 'x')

let bed: ReflectorBed
beforeEach(async () => {
  bed = new ReflectorBed()
  await bed.open()
})
afterEach(() => bed.close())

/** From now on the store refuses messages that say this. */
function refuse(word: string): void {
  const commit = bed.store.commit.bind(bed.store)
  bed.store.commit = async (entries) => {
    const bad = entries.filter(({ messages }) => messages?.text.includes(word))
    const cause = new Error('no JSON')
    if (bad.length > 0) {
      throw new SessionsRefusedError(new Map(bad.map(({ sessionId }) => [sessionId, cause])))
    }
    await commit(entries)
  }
}

describe('a session of which the store refuses something', () => {
  it('shows nothing of it, and goes back to what is stored; all others go on', async () => {
    const [a, b, other] = [
      await bed.member(S, 'a'),
      await bed.member(S, 'b'),
      await bed.member(OTHER, 'c'),
    ]
    await bed.elapse(300)
    a.send('SEND', [0, 0, 'good'])
    await b.next('RECV', ([, , payload]) => payload === 'good')
    refuse('evil')
    other.send('SEND', [0, 0, 'fine'])
    a.send('SEND', [0, 0, 'evil'])
    a.send('SEND', [0, 0, 'more'])
    for (const client of [a, b]) {
      expect(await client.closed()).toMatchObject({ code: 4003 })
      const heard = client.argsOf('RECV').map(([, , payload]) => payload)
      expect(heard).not.toContain('evil')
      expect(heard).not.toContain('more')
    }
    await other.next('RECV', ([, , payload]) => payload === 'fine')
    expect(bed.failures).toEqual([])
    expect(bed.logged('store-refused')).toEqual([
      expect.objectContaining({ level: 'error', sessionId: S, err: new Error('no JSON') }),
    ])
  })

  it('is restored for those who come back, in the same timeline', async () => {
    const a = await bed.connect(S)
    const before = await a.join({ user: ['a'] })
    await bed.elapse(300)
    a.send('SEND', [0, 0, 'good'])
    await a.next('RECV', ([, , payload]) => payload === 'good')
    refuse('evil')
    a.send('SEND', [0, 0, 'evil'])
    await a.closed()
    const again = await bed.connect(S)
    const sync = await again.join({ user: ['a'] })
    expect(sync.timeline).toBe(before.timeline)
    expect(sync.messages.map(([, , payload]) => payload)).toContain('good')
    expect(JSON.stringify(sync.messages)).not.toContain('evil')
    again.send('SEND', [0, 0, 'on'])
    await again.next('RECV', ([, , payload]) => payload === 'on')
    const others = again.argsOf('RECV').filter(([, , payload]) => payload !== 'on')
    expect(others).toEqual([])
  })

  it('is gone from memory, also when it was about to be put away', async () => {
    const a = await bed.member(S, 'a')
    await bed.elapse(300)
    refuse('evil')
    a.send('SEND', [0, 0, 'evil'])
    await a.close()
    await bed.elapse(20_000)
    expect([...bed.reflector.sessionIds()]).toEqual([])
    expect(bed.failures).toEqual([])
  })
})
