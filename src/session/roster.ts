import type { Json } from '../protocol/messages.ts'
import type { HasUser } from './absentees.ts'
import { mergedComing } from './presence-change.ts'
import type { AnnouncedUser, PresenceChange } from './record.ts'

type News = Pick<PresenceChange, 'left' | 'joined'>

const NO_NEWS: News = { left: [], joined: [] }

/** Joins and leaves that were not announced yet, by connection, not by user (USERS2); and who was. */
export class Roster {
  readonly #joined = new Set<HasUser>()
  readonly #left = new Set<HasUser>()
  /** those who were announced as joined, and not yet as left, by the number under which they are stored */
  readonly #numbers: Map<HasUser, number>
  #lastNumber: number
  #news = NO_NEWS

  /** @param announced those of whom the store knows */
  constructor(announced: readonly AnnouncedUser[]) {
    this.#numbers = new Map(announced.map((who) => [who, who.number]))
    this.#lastNumber = announced.reduce((last, { number }) => Math.max(last, number), 0)
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

  /** One who was announced is this one from now on. */
  replace(announced: HasUser, who: HasUser): void {
    const number = this.#numbers.get(announced)
    if (number === undefined) return
    this.#numbers.delete(announced)
    this.#numbers.set(who, number)
  }

  /**
   * The users to announce; forgets them.
   * @param isHeard false if nobody is there to be told: the next to join starts with nobody announced
   */
  take(isHeard: boolean): { joined: Json[]; left: Json[] } {
    const changes = { joined: usersOf(this.#joined), left: usersOf(this.#left) }
    if (isHeard) this.#note()
    else this.#giveUp()
    this.#joined.clear()
    this.#left.clear()
    return changes
  }

  /** What changed of those who are announced since this was last asked. */
  takeNews(): News {
    const news = this.#news
    this.#news = NO_NEWS
    return news
  }

  #note(): void {
    const joined: Array<readonly [number, string]> = []
    for (const who of this.#joined) {
      if (who.user === undefined) continue
      this.#numbers.set(who, ++this.#lastNumber)
      joined.push([this.#lastNumber, JSON.stringify(who.user)])
    }
    const left: number[] = []
    for (const who of this.#left) {
      const number = this.#numbers.get(who)
      if (number !== undefined) left.push(number)
      this.#numbers.delete(who)
    }
    this.#news = mergedComing(this.#news, { left, joined })
  }

  #giveUp(): void {
    this.#numbers.clear()
    this.#news = { left: 'all', joined: [] }
  }
}

/** The users of those who have one. */
export function usersOf(all: Iterable<HasUser>): Json[] {
  return [...all].flatMap(({ user }) => (user === undefined ? [] : [user]))
}
