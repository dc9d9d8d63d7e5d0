import type { Json } from '../protocol/messages.ts'
import type { HasUser } from './absentees.ts'
import { mergedComing } from './presence-change.ts'
import type { AnnouncedUser, PresenceChange } from './record.ts'

type News = Pick<PresenceChange, 'left' | 'joined'>

/** The JSON of their users. */
type Texts = ReadonlyMap<HasUser, string>

const NO_NEWS: News = { left: [], joined: [] }
/** Users in one announcement are not longer together (UTF-16 units), so that no message is too large. */
const MAX_ANNOUNCED_LENGTH = 1_000_000

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

  /** How many more joined than left of those who are still to be announced. */
  get unannounced(): number {
    return usersOf(this.#joined).length - usersOf(this.#left).length
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

  /** The users to announce, as many as one message has room for (USERS1); forgets them. */
  take(): { joined: Json[]; left: Json[] } {
    const left = takeSome(this.#left, MAX_ANNOUNCED_LENGTH)
    const joined = takeSome(this.#joined, MAX_ANNOUNCED_LENGTH - left.length)
    this.#note(joined.texts, left.texts)
    return { joined: usersOf(joined.texts.keys()), left: usersOf(left.texts.keys()) }
  }

  /** Nobody is there to be told: the next to join starts with nobody announced (USERS4). */
  forget(): { joined: Json[]; left: Json[] } {
    const changes = { joined: usersOf(this.#joined), left: usersOf(this.#left) }
    this.#joined.clear()
    this.#left.clear()
    this.#numbers.clear()
    this.#news = { left: 'all', joined: [] }
    return changes
  }

  /** What changed of those who are announced since this was last asked. */
  takeNews(): News {
    const news = this.#news
    this.#news = NO_NEWS
    return news
  }

  #note(come: Texts, gone: Texts): void {
    const joined: Array<readonly [number, string]> = []
    for (const [who, text] of come) {
      this.#numbers.set(who, ++this.#lastNumber)
      joined.push([this.#lastNumber, text])
    }
    const left: number[] = []
    for (const who of gone.keys()) {
      const number = this.#numbers.get(who)
      if (number !== undefined) left.push(number)
      this.#numbers.delete(who)
    }
    this.#news = mergedComing(this.#news, { left, joined })
  }
}

/**
 * Takes those whose users are not longer than that together, and one at least; who has no user is forgotten.
 */
function takeSome(from: Set<HasUser>, most: number): { texts: Texts; length: number } {
  const texts = new Map<HasUser, string>()
  let length = 0
  for (const who of from) {
    const text = who.user === undefined ? '' : JSON.stringify(who.user)
    if (length > 0 && length + text.length > most) break
    from.delete(who)
    if (text === '') continue
    texts.set(who, text)
    length += text.length
  }
  return { texts, length }
}

/** The users of those who have one. */
export function usersOf(all: Iterable<HasUser>): Json[] {
  return [...all].flatMap(({ user }) => (user === undefined ? [] : [user]))
}
