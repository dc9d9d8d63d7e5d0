import type { Json } from '../protocol/messages.ts'
import type { HasUser } from './absentees.ts'

/** What a connection takes while it counts as a member, besides its user (UTF-16 units). */
const MEMBER_LENGTH = 2000

/** How long the users of a session are whom the box remembers, whether they are there or gone (LIMIT17). */
export class UserLengths {
  readonly #lengths = new Map<HasUser, number>()
  #total = 0

  /** In UTF-16 units. */
  get total(): number {
    return this.#total
  }

  /** @returns how long it is */
  add(who: HasUser): number {
    const length = lengthOfUser(who.user)
    this.#lengths.set(who, length)
    this.#total += length
    return length
  }

  remove(who: HasUser): void {
    this.#total -= this.#lengths.get(who) ?? 0
    this.#lengths.delete(who)
  }
}

export function lengthOfUser(user: Json | undefined): number {
  return MEMBER_LENGTH + (user === undefined ? 0 : JSON.stringify(user).length)
}
