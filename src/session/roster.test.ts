import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { HasUser } from './absentees.ts'
import { mergedChange, presenceAfter } from './presence-change.ts'
import type { Presence, PresenceChange } from './record.ts'
import { Roster } from './roster.ts'

const NOBODY: Presence = { announced: [], leaveDelay: 0 }
const changeOf = (roster: Roster): PresenceChange => ({ ...roster.takeNews(), leaveDelay: 0 })

it('numbers those who are announced, each anew', () => {
  const roster = new Roster([])
  const [a, b, silent] = [{ user: 'u' }, { user: 'u' }, { user: undefined }]
  for (const who of [a, b, silent]) roster.join(who)
  expect(roster.takeNews()).toEqual({ left: [], joined: [] })
  roster.take()
  expect(roster.takeNews()).toEqual({
    left: [],
    joined: [
      [1, '"u"'],
      [2, '"u"'],
    ],
  })
  roster.leave(a)
  roster.join({ user: ['w'] })
  roster.take()
  expect(roster.takeNews()).toEqual({ left: [1], joined: [[3, '["w"]']] })
  expect(roster.takeNews()).toEqual({ left: [], joined: [] })
})

it('goes on with the numbers that are stored, and knows who takes the place of whom', () => {
  const announced = [
    { number: 4, user: 'a' },
    { number: 7, user: 'b' },
  ] as const
  const roster = new Roster(announced)
  const [back, next] = [{ user: 'b' }, { user: 'c' }]
  roster.replace(announced[1], back)
  roster.join(next)
  roster.leave(back)
  roster.leave(announced[0])
  roster.take()
  expect(roster.takeNews()).toEqual({ left: [7, 4], joined: [[8, '"c"']] })
})

it('[USERS4] has all left if nobody is there to be told', () => {
  const roster = new Roster([{ number: 1, user: 'a' }])
  const b = { user: 'b' }
  roster.join(b)
  roster.take()
  roster.leave(b)
  roster.forget()
  expect(roster.takeNews()).toEqual({ left: 'all', joined: [] })
})

/** A session's members come and leave, and the store is told. */
class Coming {
  readonly #roster = new Roster([])
  #here: HasUser[] = []
  #count = 0
  /** those who hear of each other */
  announced: HasUser[] = []
  stored = NOBODY
  /** all changes as one */
  whole: PresenceChange = { left: [], joined: [], leaveDelay: 0 }

  do(kind: 'join' | 'leave' | 'announce' | 'end', at: number): void {
    if (kind === 'join') this.#join()
    else if (kind === 'leave') this.#leave(at % (this.#here.length || 1))
    else this.#announce(kind === 'announce')
  }

  #join(): void {
    const who = { user: `u${this.#count++ % 3}` }
    this.#here.push(who)
    this.#roster.join(who)
  }

  #leave(at: number): void {
    for (const who of this.#here.splice(at, 1)) this.#roster.leave(who)
  }

  /** Nobody is given up while somebody is there. */
  #announce(isHeard: boolean): void {
    if (isHeard) this.#roster.take()
    else this.#roster.forget()
    if (!isHeard) this.#here = []
    this.announced = [...this.#here]
    const change = changeOf(this.#roster)
    this.stored = presenceAfter(this.stored, change)
    this.whole = mergedChange(this.whole, change)
  }
}

it('tells what makes up who is there, one by one and as one change', () => {
  const kind = fc.constantFrom('join', 'join', 'leave', 'announce', 'announce', 'end')
  fc.assert(
    fc.property(fc.array(fc.tuple(kind, fc.nat(9)), { maxLength: 60 }), (actions) => {
      const coming = new Coming()
      for (const [what, at] of actions) coming.do(what, at)
      const users = coming.announced.map(({ user }) => user)
      expect(coming.stored.announced.map(({ user }) => user).sort()).toEqual(users.sort())
      expect(presenceAfter(NOBODY, coming.whole)).toEqual(coming.stored)
    }),
  )
})
