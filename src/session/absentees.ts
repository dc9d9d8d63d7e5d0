import type { Json } from '../protocol/messages.ts'
import type { Member } from './ports.ts'

/**
 * Users who were in the session when it was stored. They count as members until they are back, which
 * nobody notices, or given up, which is a leave like any other (USERS10).
 */
export class Absentees {
  #members: Member[]

  constructor(users: readonly Json[]) {
    this.#members = users.map((user) => ({ user, isCaughtUp: false }))
  }

  get all(): readonly Member[] {
    return this.#members
  }

  /** One who comes back as this user, and is absent no more. */
  take(user: Json | undefined): Member | undefined {
    if (this.#members.length === 0) return undefined
    const text = JSON.stringify(user)
    const index = this.#members.findIndex((member) => JSON.stringify(member.user) === text)
    return index < 0 ? undefined : this.#members.splice(index, 1)[0]
  }

  takeAll(): readonly Member[] {
    return this.#members.splice(0)
  }
}
