import type { JournalEntry } from '../session/record.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { Timers } from './ports.ts'

/** One session's share of a turn: what must be committed, then what may be seen. */
export interface TurnShare {
  /** undefined: nothing to commit */
  readonly entry: JournalEntry | undefined
  /** Lets the share's effects out. */
  readonly release: () => void
}

/** Something that gathers effects during a turn of the event loop. */
export interface TurnMember {
  /** Takes what has gathered. */
  takeShare(): TurnShare
}

/**
 * Group commit: what all sessions did while the event loop read its sockets is committed in one
 * transaction, and only then let out (DESIGN: nobody sees a message that could still be lost).
 * One commit is under way at a time; the next takes all that gathered meanwhile. A session without
 * anything to commit does not wait for the others.
 */
export class Turn {
  readonly #store: Pick<SessionStore, 'commit'>
  readonly #timers: Timers
  readonly #onFailure: (error: unknown) => void
  readonly #gathering = new Set<TurnMember>()
  /** shares that wait for the next commit, or behind another share of their session */
  #waiting: Array<{ member: TurnMember; share: TurnShare }> = []
  /** members with shares in the commit that is under way or waiting for the next */
  #behindCommit = new Map<TurnMember, number>()
  #scheduled = false
  #underWay: Promise<void> | undefined
  /** nothing more is committed or let out: the box stops, or the store failed */
  #isClosed = false

  /** @param onFailure the store failed: nothing can be reflected any more */
  constructor(
    store: Pick<SessionStore, 'commit'>,
    timers: Timers,
    onFailure: (error: unknown) => void,
  ) {
    this.#store = store
    this.#timers = timers
    this.#onFailure = onFailure
  }

  /** This member has gathered something. Ignored once the turn is closed. */
  add(member: TurnMember): void {
    if (this.#isClosed) return
    this.#gathering.add(member)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#timers.soon(() => {
      this.#scheduled = false
      this.#endTurn()
    })
  }

  /** Commits and lets out what gathered so far, and nothing after that. */
  async close(): Promise<void> {
    this.#endTurn()
    while (this.#underWay) await this.#underWay
    this.#isClosed = true
  }

  #endTurn(): void {
    if (this.#isClosed) return
    for (const member of this.#gathering) {
      const share = member.takeShare()
      if (share.entry || this.#behindCommit.has(member)) {
        this.#behindCommit.set(member, (this.#behindCommit.get(member) ?? 0) + 1)
        this.#waiting.push({ member, share })
      } else share.release()
    }
    this.#gathering.clear()
    this.#commitNext()
  }

  #commitNext(): void {
    if (this.#underWay || this.#waiting.length === 0) return
    const shares = this.#waiting
    this.#waiting = []
    const entries = shares.flatMap(({ share }) => (share.entry ? [share.entry] : []))
    this.#underWay = this.#store.commit(entries).then(
      () => this.#release(shares),
      (error: unknown) => {
        this.#underWay = undefined
        this.#isClosed = true
        this.#onFailure(error)
      },
    )
  }

  #release(shares: ReadonlyArray<{ member: TurnMember; share: TurnShare }>): void {
    for (const { member, share } of shares) {
      const left = (this.#behindCommit.get(member) ?? 1) - 1
      if (left > 0) this.#behindCommit.set(member, left)
      else this.#behindCommit.delete(member)
      share.release()
    }
    this.#underWay = undefined
    this.#commitNext()
  }
}
