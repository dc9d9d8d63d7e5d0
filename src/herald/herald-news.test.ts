import { describe, expect, it } from 'vitest'
import { encodeNews, type HeraldNews, mergeNews } from './herald-news.ts'

const news = (parts: Partial<HeraldNews>): HeraldNews => ({
  ...{ url: 'http://herald.example/', all: [], joined: [], left: [] },
  ...parts,
})

it('is what heralds know', () => {
  const { all, joined } = { all: [['a'], 'b'], joined: ['b'] }
  const text = encodeNews('S', news({ all, joined }), 1234)
  expect(JSON.parse(text)).toEqual({ time: 1234, id: 'S', all, joined })
})

describe('two together', () => {
  it('have all who came and left, and who is there in the end', () => {
    const older = news({ all: [['a'], ['b']], joined: [['b']], left: [['x']] })
    const newer = news({ all: [['a'], ['c']], joined: [['c']], left: [['y']] })
    expect(mergeNews(older, newer)).toEqual(
      news({ all: [['a'], ['c']], joined: [['b'], ['c']], left: [['x'], ['y']] }),
    )
  })

  it('say nothing of who came and left, or left and came back, in between', () => {
    const older = news({ all: [{ id: 'b' }], joined: [{ id: 'b' }], left: ['a'] })
    const newer = news({ all: ['a'], joined: ['a'], left: [{ id: 'b' }] })
    expect(mergeNews(older, newer)).toEqual(news({ all: ['a'] }))
  })

  it('count users of the same value one by one', () => {
    const merged = mergeNews(news({ joined: ['a', 'a'] }), news({ left: ['a'] }))
    expect(merged).toMatchObject({ joined: ['a'], left: [] })
  })

  it('are not put together if they are for different heralds', () => {
    const newer = news({ url: 'http://other.example/', joined: ['b'] })
    expect(mergeNews(news({ joined: ['a'] }), newer)).toBe(newer)
  })
})
