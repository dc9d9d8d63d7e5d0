import { describe, expect, it } from 'vitest'
import { Notices } from './notices.ts'

const [A, B, STRANGER] = [{}, {}, {}]

describe('[INFO3] a notice', () => {
  it('counts each connection that was told, once, when its page has shown it', () => {
    const notices = new Notices()
    const { id, ...counts } = notices.send('S', () => [A, B])
    expect(counts).toEqual({ told: 2, seen: 0 })
    notices.seen(A, id)
    notices.seen(A, id)
    notices.seen(STRANGER, id)
    notices.seen(B, id + 1)
    expect(notices.counts('S', id)).toEqual({ id, told: 2, seen: 1 })
    notices.seen(B, id)
    expect(notices.counts('S', id)).toMatchObject({ seen: 2 })
  })

  it('is sent under the id that it is asked for by', () => {
    const notices = new Notices()
    let sentAs = 0
    const { id } = notices.send('S', (given) => {
      sentAs = given
      return [A]
    })
    expect(id).toBe(sentAs)
  })

  it('is known to its own session only', () => {
    const notices = new Notices()
    const { id } = notices.send('S', () => [A])
    expect(notices.counts('other', id)).toBeUndefined()
  })

  it('is forgotten when there are twenty newer ones; one that nobody got is not kept', () => {
    const notices = new Notices()
    const { id: first } = notices.send('S', () => [A])
    for (let i = 0; i < 19; i += 1) notices.send('S', () => [A])
    const { id: lonely } = notices.send('S', () => [])
    expect(notices.counts('S', lonely)).toBeUndefined()
    expect(notices.counts('S', first)).toBeDefined()
    notices.send('S', () => [A])
    expect(notices.counts('S', first)).toBeUndefined()
  })
})
