import type { Json } from '../protocol/messages.ts'
import type { Member } from './ports.ts'

/** Joins and leaves that were not announced yet, by connection, not by user (USERS2). */
export class Roster {
  readonly #joined = new Set<Member>()
  readonly #left = new Set<Member>()

  get hasChanges(): boolean {
    return this.#joined.size + this.#left.size > 0
  }

  join(member: Member): void {
    if (!this.#left.delete(member)) this.#joined.add(member)
  }

  leave(member: Member): void {
    if (!this.#joined.delete(member)) this.#left.add(member)
  }

  /** The users to announce; forgets them. */
  take(): { joined: Json[]; left: Json[] } {
    const users = (members: Set<Member>) =>
      [...members].flatMap((member) => (member.user === undefined ? [] : [member.user]))
    const changes = { joined: users(this.#joined), left: users(this.#left) }
    this.#joined.clear()
    this.#left.clear()
    return changes
  }
}
