import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { History } from './history.ts'

const messages = (history: History) =>
  JSON.parse(
    `[${history
      .runs()
      .map((run) => run.text)
      .join(',')}]`,
  )

const lengthOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length + 1, 0)

describe('History', () => {
  it('seals a long run, which then stays the same object for all joiners', () => {
    const history = new History(0)
    const text = JSON.stringify([0, 0, 'x'.repeat(300_000)])
    for (let i = 0; i < 4; i++) history.push(text)
    const [sealed] = history.runs()
    history.push(text)
    expect(history.runs()[0]).toBe(sealed)
    expect(history.runs().map(({ first, count }) => [first, count])).toEqual([
      [1, 3],
      [4, 2],
    ])
  })

  it('keeps the open run as it is until the next message', () => {
    const history = new History(0)
    history.push('[1]')
    expect(history.runs()[0]).toBe(history.runs()[0])
  })

  it('knows its length: texts with a comma each, sealed or not, dropped or not', () => {
    const history = new History(2, [{ first: 1, count: 2, text: '[1],[2]' }])
    expect(history.length).toBe(8)
    const long = JSON.stringify([0, 0, 'é'.repeat(400_000)])
    const texts = [long, long, long, '[3]']
    for (const text of texts) history.push(text)
    expect(history.runs()).toHaveLength(3)
    expect(history.length).toBe(8 + lengthOf(texts))
    history.dropThrough(3)
    expect(history.length).toBe(lengthOf(texts.slice(1)))
    history.dropThrough(6)
    expect(history.length).toBe(0)
  })

  it('cuts a restored run in the middle, whatever its messages hold', () => {
    const texts = [
      '[1,2,"a],[\\"\\\\"]',
      '[1,3,{"what":"users","joined":[["a,b"]]}]',
      '[1,4,"\\\\",[[],{}]]',
    ]
    const history = new History(9, [{ first: 7, count: 3, text: texts.join(',') }])
    history.dropThrough(8)
    expect(history.runs()).toEqual([{ first: 9, count: 1, text: texts[2] }])
    expect(history.count).toBe(1)
  })

  it('holds exactly the messages after the snapshot, however runs were restored, sealed and cut', () => {
    const text = fc.json().map((payload) => `[0,0,${payload}]`)
    fc.assert(
      fc.property(fc.array(text), fc.array(text), fc.nat(30), (restored, pushed, drop) => {
        const run = { first: 1, count: restored.length, text: restored.join(',') }
        const history = new History(restored.length, restored.length > 0 ? [run] : [])
        for (const each of pushed) history.push(each)
        const all = [...restored, ...pushed]
        const through = Math.min(drop, all.length)
        history.dropThrough(through)
        expect(messages(history)).toEqual(all.slice(through).map((each) => JSON.parse(each)))
        expect(history.count).toBe(all.length - through)
        expect(history.length).toBe(lengthOf(all.slice(through)))
        expect(history.position).toBe(all.length)
      }),
    )
  })
})
