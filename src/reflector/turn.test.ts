import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { JournalEntry } from '../session/record.ts'
import type { RefusedSessions } from '../session/session-store.ts'
import { Turn, type TurnCommitter, type TurnMember } from './turn.ts'

/** Its commits end when the test says so. */
class SlowCommitter implements TurnCommitter {
  isStalled = false
  isEnded = false
  readonly commits: Array<{
    entries: readonly JournalEntry[]
    end: PromiseWithResolvers<RefusedSessions>
  }> = []

  commit(entries: readonly JournalEntry[]): Promise<RefusedSessions> {
    const end = Promise.withResolvers<RefusedSessions>()
    this.commits.push({ entries, end })
    return end.promise
  }

  end(): void {
    this.isEnded = true
  }
}

function setUp() {
  const clock = new ManualClock()
  const store = new SlowCommitter()
  const seen: string[] = []
  const failures: unknown[] = []
  const reliefs: boolean[] = []
  const turn = new Turn(store, clock, {
    relieved: () => reliefs.push(turn.isPressed),
    failed: (error) => failures.push(error),
  })
  const member = (sessionId: string) => {
    let gathered: Array<{ word: string; isJournaled: boolean; text: number }> = []
    const self: TurnMember = {
      get needsCommit() {
        return gathered.some(({ isJournaled }) => isJournaled)
      },
      takeShare: () => {
        const shares = gathered
        gathered = []
        const length = shares.reduce((sum, { text }) => sum + text, 0)
        const messages = { first: 1, count: 1, text: 'x'.repeat(length), time: 1 }
        const entries = shares.some(({ isJournaled }) => isJournaled)
          ? [{ sessionId, messages }]
          : []
        const release = () => seen.push(...shares.map(({ word }) => word))
        return { entries, release, refuse: ({ message }) => seen.push(`${sessionId}: ${message}`) }
      },
    }
    return (word: string, isJournaled: boolean, length = 0, text = 0) => {
      gathered.push({ word, isJournaled, text })
      turn.add(self, length)
    }
  }
  const commit = async (index: number, refused: RefusedSessions = new Map()) => {
    store.commits[index]?.end.resolve(refused)
    await Promise.resolve()
    await Promise.resolve()
  }
  return { clock, store, seen, failures, reliefs, turn, member, commit }
}

describe('Turn', () => {
  it('lets out what one turn gathered only when all of it is committed, in one transaction', async () => {
    const { clock, store, seen, member, commit } = setUp()
    const [a, b] = [member('a'), member('b')]
    a('a1', true)
    b('b1', true)
    a('a2', true)
    clock.endTurn()
    expect(store.commits.map(({ entries }) => entries.map(({ sessionId }) => sessionId))).toEqual([
      ['a', 'b'],
    ])
    expect(seen).toEqual([])
    await commit(0)
    expect(seen).toEqual(['a1', 'a2', 'b1'])
  })

  it('lets a session without anything to commit go first, but none past its own commit', async () => {
    const { clock, seen, member, commit } = setUp()
    const [a, b] = [member('a'), member('b')]
    a('a1', true)
    clock.endTurn()
    a('tick a', false)
    b('tick b', false)
    clock.endTurn()
    expect(seen).toEqual(['tick b'])
    await commit(0)
    await commit(1)
    expect(seen).toEqual(['tick b', 'a1', 'tick a'])
  })

  it('commits in one go what gathered while a commit was under way', async () => {
    const { clock, store, seen, member, commit } = setUp()
    const [a, b] = [member('a'), member('b')]
    a('a1', true)
    clock.endTurn()
    b('b1', true)
    clock.endTurn()
    a('a2', true)
    clock.endTurn()
    expect(store.commits).toHaveLength(1)
    await commit(0)
    expect(store.commits).toHaveLength(2)
    await commit(1)
    expect(seen).toEqual(['a1', 'b1', 'a2'])
  })

  it('lets out nothing of a session that is refused, and all of the others', async () => {
    const { clock, seen, failures, member, commit } = setUp()
    const [a, b] = [member('a'), member('b')]
    a('a1', true)
    b('b1', true)
    clock.endTurn()
    await commit(0, new Map([['a', new Error('no')]]))
    expect([seen, failures]).toEqual([['a: no', 'b1'], []])
    b('b2', true)
    clock.endTurn()
    await commit(1)
    expect(seen).toEqual(['a: no', 'b1', 'b2'])
  })

  it('commits in several goes what is very long, and lets nobody go before its own', async () => {
    const { clock, store, seen, member, commit } = setUp()
    const [a, b, c] = [member('a'), member('b'), member('c')]
    for (const [word, add] of Object.entries({ a, b, c })) add(`${word}1`, true, 0, 5_000_000)
    clock.endTurn()
    c('tick c', false)
    clock.endTurn()
    a('a2', true)
    await commit(0)
    expect(seen).toEqual(['a1', 'b1'])
    await commit(1)
    const committed = store.commits.map(({ entries }) => entries.map(({ sessionId }) => sessionId))
    expect(committed).toEqual([
      ['a', 'b'],
      ['c', 'a'],
    ])
    expect(seen).toEqual(['a1', 'b1', 'c1', 'tick c', 'a2'])
  })

  it('closes when everything is out, and takes nothing after that', async () => {
    const { clock, store, seen, turn, member, commit } = setUp()
    const a = member('a')
    a('a1', true)
    clock.endTurn()
    a('a2', true)
    let isClosed = false
    const closed = turn.close().then(() => {
      isClosed = true
    })
    await commit(0)
    expect(isClosed).toBe(false)
    await commit(1)
    await closed
    a('a3', true)
    clock.endTurn()
    expect(seen).toEqual(['a1', 'a2'])
    expect(store.isEnded).toBe(true)
  })

  it('is pressed while a lot waits for a commit, and tells when that is over', async () => {
    const { clock, turn, reliefs, member, commit } = setUp()
    const a = member('a')
    a('a1', true, 9_000_000)
    expect(turn.isPressed).toBe(true)
    clock.endTurn()
    a('a2', true, 9_000_000)
    clock.endTurn()
    await commit(0)
    expect([turn.isPressed, reliefs]).toEqual([false, [false]])
  })

  it('is not pressed by what need not be committed, once it is out', () => {
    const { clock, turn, member } = setUp()
    member('a')('tick', false, 9_000_000)
    clock.endTurn()
    expect(turn.isPressed).toBe(false)
  })

  it('is pressed while commits wait for the store to come back', () => {
    const { store, turn } = setUp()
    store.isStalled = true
    expect(turn.isPressed).toBe(true)
  })

  it('shows nothing more and tells when a commit fails', async () => {
    const { clock, store, seen, failures, member } = setUp()
    const a = member('a')
    a('a1', true)
    clock.endTurn()
    a('a2', true)
    const error = new Error('disk')
    store.commits[0]?.end.reject(error)
    await new Promise(setImmediate)
    clock.endTurn()
    expect(store.commits).toHaveLength(1)
    expect(seen).toEqual([])
    expect(failures).toEqual([error])
  })
})
