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
  readonly #absent: HasUser[]

  constructor(users: readonly Json[]) {
    this.#absent = users.map((user) => ({ user }))
  }

  /** They, as long as nobody came back for them. */
  get all(): readonly HasUser[] {
    return this.#absent
  }

  get count(): number {
    return this.#absent.length
  }

  /** Whether one was absent who now comes back as this user. */
  takeBack(user: Json | undefined): boolean {
    if (this.#absent.length === 0) return false
    const text = JSON.stringify(user)
    const index = this.#absent.findIndex((absent) => JSON.stringify(absent.user) === text)
    if (index < 0) return false
    this.#absent.splice(index, 1)
    return true
  }

  /** Gives all of them up. */
  takeAll(): readonly HasUser[] {
    return this.#absent.splice(0)
  }
}
