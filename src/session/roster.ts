import type { Json } from '../protocol/messages.ts'
import type { HasUser } from './absentees.ts'

/** Joins and leaves that were not announced yet, by connection, not by user (USERS2); and who was. */
export class Roster {
  readonly #joined = new Set<HasUser>()
  readonly #left = new Set<HasUser>()
  #announced: readonly Json[]

  /** @param announced users that were announced as joined, and not yet as left */
  constructor(announced: readonly Json[]) {
    this.#announced = announced
  }

  get announced(): readonly Json[] {
    return this.#announced
  }

  get hasChanges(): boolean {
    return this.#joined.size + this.#left.size > 0
  }

  join(who: HasUser): void {
    if (!this.#left.delete(who)) this.#joined.add(who)
  }

  leave(who: HasUser): void {
    if (!this.#joined.delete(who)) this.#left.add(who)
  }

  /**
   * The users to announce; forgets them.
   * @param isHeard false if nobody is there to be told: the next to join starts with nobody announced
   */
  take(isHeard: boolean): { joined: Json[]; left: Json[] } {
    const changes = { joined: usersOf(this.#joined), left: usersOf(this.#left) }
    this.#joined.clear()
    this.#left.clear()
    this.#announced = isHeard ? without([...this.#announced, ...changes.joined], changes.left) : []
    return changes
  }
}

/** The users of those who have one. */
export function usersOf(all: Iterable<HasUser>): Json[] {
  return [...all].flatMap(({ user }) => (user === undefined ? [] : [user]))
}

/** The users less one for each that left. */
function without(users: readonly Json[], left: readonly Json[]): readonly Json[] {
  if (left.length === 0) return users
  const gone = left.map((user) => JSON.stringify(user))
  return users.filter((user) => {
    const index = gone.indexOf(JSON.stringify(user))
    if (index >= 0) gone.splice(index, 1)
    return index < 0
  })
}
