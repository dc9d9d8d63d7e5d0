import { expect, it } from 'vitest'
import { Turnstile, type Visitor } from './turnstile.ts'

const LIMITS = { connectionsPerAddress: 5, unjoinedPerAddress: 2, unjoined: 4 }

function visitor(account: string): Visitor {
  return { origin: { account } }
}

it('[LIMIT3] lets so many in from one address, and others when they are gone', () => {
  const turnstile = new Turnstile(LIMITS)
  const all = Array.from({ length: 5 }, () => visitor('a'))
  for (const each of all) {
    expect(turnstile.admits('a', 0)).toBe(true)
    turnstile.entered(each)
    turnstile.joined(each)
  }
  expect([turnstile.admits('a', 0), turnstile.admits('b', 0)]).toEqual([false, true])
  for (const each of all.slice(0, 1)) turnstile.left(each)
  expect(turnstile.admits('a', 0)).toBe(true)
})

it('[LIMIT4] the oldest from an address that has not joined makes room', () => {
  const turnstile = new Turnstile(LIMITS)
  const other = visitor('b')
  const [first, second, third, fourth] = ['a', 'a', 'a', 'a'].map(visitor) as [
    Visitor,
    Visitor,
    Visitor,
    Visitor,
  ]
  expect([other, first, second].map((each) => turnstile.entered(each))).toEqual(Array(3))
  expect(turnstile.entered(third)).toEqual({ visitor: first, limit: 'unjoined-per-address' })
  turnstile.joined(second)
  expect(turnstile.entered(fourth)).toBeUndefined()
})

it('[LIMIT4] and so does the oldest of all when there are too many', () => {
  const turnstile = new Turnstile(LIMITS)
  const all = ['a', 'b', 'c', 'd', 'e'].map(visitor)
  const displaced = all.map((each) => turnstile.entered(each))
  expect(displaced).toEqual([...Array(4), { visitor: all[0], limit: 'unjoined' }])
})

it('who has left is not counted, whatever it did before', () => {
  const turnstile = new Turnstile(LIMITS)
  for (let round = 0; round < 20; round += 1) {
    const [idle, member] = [visitor('a'), visitor('a')]
    expect([turnstile.entered(idle), turnstile.entered(member)]).toEqual(Array(2))
    turnstile.joined(member)
    turnstile.left(member)
    turnstile.left(idle)
  }
  expect(turnstile.admits('a', 0)).toBe(true)
})

it('[LIMIT10] lets in whoever is not counted', () => {
  const turnstile = new Turnstile({ ...LIMITS, unjoined: 100 })
  const own: Visitor = { origin: { account: undefined } }
  for (let count = 0; count < 50; count++) {
    expect(turnstile.admits(undefined, 0)).toBe(true)
    expect(turnstile.entered({ ...own })).toBeUndefined()
  }
})

it('[LIMIT3] counts those that are on their way in', () => {
  const turnstile = new Turnstile(LIMITS)
  turnstile.entered(visitor('a'))
  expect([turnstile.admits('a', 3), turnstile.admits('a', 4)]).toEqual([true, false])
  expect(turnstile.admits(undefined, 100)).toBe(true)
})

it('[LIMIT11] is crowded while a quarter of those who may wait to join are there, twenty at least', () => {
  const crowdedAt = (unjoined: number) => {
    const turnstile = new Turnstile({ ...LIMITS, unjoinedPerAddress: Infinity, unjoined })
    let count = 0
    for (; !turnstile.isCrowded && count < 1000; count += 1) turnstile.entered(visitor('a'))
    return count
  }
  expect([8, 80, 400, Infinity].map(crowdedAt)).toEqual([1000, 20, 100, 1000])
})
