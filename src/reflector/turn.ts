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

/** Something that gathers effects during turns of the event loop. */
export interface TurnMember {
  /** Whether something of what has gathered must be committed. */
  readonly needsCommit: boolean
  /** Takes what has gathered. */
  takeShare(): TurnShare
}

/**
 * Group commit: what all sessions did while the event loop read its sockets is committed in one
 * transaction, and only then let out: nobody sees a message that could still be lost. One commit is
 * under way at a time; what sessions gather meanwhile goes with the next. A session without anything
 * to commit does not wait for the others.
 */
export class Turn {
  readonly #store: Pick<SessionStore, 'commit'>
  readonly #timers: Timers
  readonly #onFailure: (error: unknown) => void
  #gathering = new Set<TurnMember>()
  /** whose share is in the commit that is under way: nothing of theirs may go out before it */
  #committing: ReadonlySet<TurnMember> = new Set()
  #underWay: Promise<void> | undefined
  #isScheduled = false
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
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#timers.soon(() => {
      this.#isScheduled = false
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
    const gathering = this.#gathering
    this.#gathering = new Set()
    const toCommit: TurnMember[] = []
    for (const member of gathering) {
      if (!member.needsCommit && !this.#committing.has(member)) member.takeShare().release()
      else if (this.#underWay) this.#gathering.add(member)
      else toCommit.push(member)
    }
    if (toCommit.length > 0) this.#commit(toCommit)
  }

  #commit(members: readonly TurnMember[]): void {
    const shares = members.map((member) => member.takeShare())
    this.#committing = new Set(members)
    const entries = shares.flatMap(({ entry }) => (entry ? [entry] : []))
    this.#underWay = this.#store.commit(entries).then(
      () => {
        this.#endCommit()
        for (const { release } of shares) release()
        this.#endTurn()
      },
      (error: unknown) => {
        this.#endCommit()
        this.#isClosed = true
        this.#onFailure(error)
      },
    )
  }

  #endCommit(): void {
    this.#underWay = undefined
    this.#committing = new Set()
  }
}
