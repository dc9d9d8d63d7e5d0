import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { JournalEntry } from '../session/record.ts'
import { SessionsRefusedError, StoreUnavailableError } from '../session/session-store.ts'
import { Committer } from './committer.ts'

const ENTRIES = [{ sessionId: 'S' }]

let clock: ManualClock
let told: string[]
/** what the next commits come to; none left: they succeed */
let outcomes: Array<() => Promise<void>>
let commits: number
let asked: Array<readonly JournalEntry[]>
let committer: Committer

beforeEach(() => {
  clock = new ManualClock()
  told = []
  outcomes = []
  commits = 0
  asked = []
  const store = {
    commit: (entries: readonly JournalEntry[]) => {
      asked.push(entries)
      commits += 1
      return outcomes.shift()?.() ?? Promise.resolve()
    },
  }
  committer = new Committer(store, clock, clock, {
    stalled: (reason) => told.push(reason),
    recovered: () => told.push('recovered'),
  })
})

const failure = (reason: string) => () => Promise.reject(new StoreUnavailableError(reason))
const settle = () => new Promise(setImmediate)

describe('Committer', () => {
  it('tells nothing of a commit that succeeds', async () => {
    await committer.commit(ENTRIES)
    expect([commits, told, clock.pending]).toEqual([1, [], 0])
  })

  it('tries the same again until it succeeds', async () => {
    outcomes = [failure('its disk is full'), failure('its disk is full')]
    const committed = committer.commit(ENTRIES)
    await settle()
    expect([commits, committer.isStalled]).toEqual([1, true])
    for (const ms of [500, 1000]) {
      clock.advanceTo(ms)
      await settle()
    }
    await committed
    expect([commits, committer.isStalled]).toEqual([3, false])
    expect(told).toEqual(['its disk is full', 'its disk is full', 'recovered'])
  })

  it('leaves out what the store refuses, and tells whose it was', async () => {
    const entries = ['a', 'b', 'a', 'c', 'd'].map((sessionId) => ({ sessionId }))
    const refuse = (id: string) => () =>
      Promise.reject(new SessionsRefusedError(new Map([[id, new Error(`not ${id}`)]])))
    outcomes = [refuse('a'), failure('its disk is full'), refuse('c')]
    const committed = committer.commit(entries)
    await settle()
    clock.advanceTo(500)
    const refused = await committed
    expect([...refused].map(([id, { message }]) => [id, message])).toEqual([
      ['a', 'not a'],
      ['c', 'not c'],
    ])
    expect(asked.map((some) => some.map(({ sessionId }) => sessionId).join(''))).toEqual([
      'abacd',
      'bcd',
      'bcd',
      'bd',
    ])
    expect(told).toEqual(['its disk is full', 'recovered'])
  })

  it('asks no more when everything is refused', async () => {
    const refused = new Map([['S', new Error('no')]])
    outcomes = [() => Promise.reject(new SessionsRefusedError(refused))]
    expect(await committer.commit(ENTRIES)).toEqual(refused)
    expect(commits).toBe(1)
  })

  it('rejects a refusal of what it did not ask for', async () => {
    const refused = new Map([['other', new Error('no')]])
    outcomes = [() => Promise.reject(new SessionsRefusedError(refused))]
    await expect(committer.commit(ENTRIES)).rejects.toThrow('what session other did')
  })

  it('rejects what the store will never take', async () => {
    outcomes = [() => Promise.reject(new Error('damaged'))]
    await expect(committer.commit(ENTRIES)).rejects.toThrow('damaged')
    expect(clock.pending).toBe(0)
  })

  it('takes a commit that does not end for one that does not get through', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    outcomes = [() => promise]
    const committed = committer.commit(ENTRIES)
    committer.watch(2000)
    expect(committer.isStalled).toBe(false)
    committer.watch(2001)
    expect(committer.isStalled).toBe(true)
    resolve()
    await committed
    committer.watch(60_000)
    expect(told).toEqual(['its disk does not answer', 'recovered'])
  })

  it('tells why, if a commit that did not end fails, and no more of its not ending', async () => {
    const { promise, reject } = Promise.withResolvers<void>()
    outcomes = [() => promise]
    const committed = committer.commit(ENTRIES)
    committer.watch(2001)
    reject(new StoreUnavailableError('its disk reports errors'))
    await settle()
    for (const now of [3000, 4000, 5000]) committer.watch(now)
    expect(told).toEqual(['its disk does not answer', 'its disk reports errors'])
    clock.advanceTo(500)
    await committed
  })

  it('tries at once, and a last time, when it ends', async () => {
    outcomes = [failure('its disk is full'), failure('its disk is full')]
    const committed = committer.commit(ENTRIES)
    const rejected = expect(committed).rejects.toThrow('its disk is full')
    await settle()
    committer.end()
    await rejected
    expect([commits, clock.pending]).toEqual([2, 0])
  })
})
