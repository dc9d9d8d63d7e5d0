import type { Json } from '../protocol/messages.ts'

/** A user of the session, whether there is a connection or not. */
export interface HasUser {
  /** as given in JOIN; undefined: one who is never announced */
  readonly user: Json | undefined
}

/**
 * Users who were in the session when it was stored. They count as members until they are back, which
 * nobody notices, or given up, which is a leave like any other (USERS10).
 */
export class Absentees {
  readonly #absent: Set<HasUser>
  /** they by their user's JSON: there may be thousands, and each who joins may be one of them */
  readonly #byUser: Map<string, HasUser[]>

  constructor(absent: readonly HasUser[]) {
    this.#absent = new Set(absent)
    this.#byUser = Map.groupBy(absent, ({ user }) => JSON.stringify(user))
  }

  /** They, as long as nobody came back for them. */
  get all(): Iterable<HasUser> {
    return this.#absent
  }

  get count(): number {
    return this.#absent.size
  }

  /** The one who was absent and now comes back as this user, if there is one. */
  takeBack(user: Json | undefined): HasUser | undefined {
    if (this.#absent.size === 0 || user === undefined) return undefined
    const back = this.#byUser.get(JSON.stringify(user))?.shift()
    if (back) this.#absent.delete(back)
    return back
  }

  /** Gives all of them up. */
  takeAll(): readonly HasUser[] {
    const all = [...this.#absent]
    this.#absent.clear()
    this.#byUser.clear()
    return all
  }
}
