import { lengthOfAll } from '../session/entry-length.ts'
import type { JournalEntry } from '../session/record.ts'
import type { RefusedSessions } from '../session/session-store.ts'
import type { Timers } from './ports.ts'

/** More than this waiting for a commit (characters of frames), and sockets are better not read. */
const MAX_GATHERED_LENGTH = 8_000_000

/** When a commit has become so long (UTF-16 units, as `lengthOf` counts), the rest waits for the next. */
const MAX_COMMIT_LENGTH = 8_000_000

/** One session's share of a turn: what must be committed, then what may be seen. */
export interface TurnShare {
  /** of one session; none: nothing to commit */
  readonly entries: readonly JournalEntry[]
  /** Lets the share's effects out. */
  readonly release: () => void
  /** The entries cannot be stored, ever: nothing of the share may be let out. */
  readonly refuse: (cause: Error) => void
}

/** Something that gathers effects during turns of the event loop. */
export interface TurnMember {
  /** Whether something of what has gathered must be committed. */
  readonly needsCommit: boolean
  /** Takes what has gathered. */
  takeShare(): TurnShare
}

/** What a turn needs of a committer. */
export interface TurnCommitter {
  /** whether commits wait for the store to come back */
  readonly isStalled: boolean
  /**
   * Resolves once all entries are committed but those of the sessions that it then tells, which never will be;
   * rejects if none ever will be.
   */
  commit(entries: readonly JournalEntry[]): Promise<RefusedSessions>
  /** A commit that waits is tried once more, and given up if that fails. */
  end(): void
}

/** Told how the turns go. */
export interface TurnObserver {
  /** Something was committed, and `isPressed` is false. */
  relieved(): void
  /** The store takes nothing any more: nothing can be reflected. */
  failed(error: unknown): void
}

/**
 * Group commit: what all sessions did while the event loop read its sockets is committed in one
 * transaction, and only then let out: nobody sees a message that could still be lost. One commit is
 * under way at a time; what sessions gather meanwhile goes with the next. A session without anything
 * to commit does not wait for the others.
 */
export class Turn {
  readonly #committer: TurnCommitter
  readonly #timers: Timers
  readonly #observer: TurnObserver
  #gathering = new Set<TurnMember>()
  /** length of what they gathered (characters) */
  #gatheredLength = 0
  /** whose share is in the commit that is under way: nothing of theirs may go out before it */
  #committing: ReadonlySet<TurnMember> = new Set()
  #underWay: Promise<void> | undefined
  #isScheduled = false
  /** nothing more is committed or let out: the box stops, or the store failed */
  #isClosed = false

  constructor(committer: TurnCommitter, timers: Timers, observer: TurnObserver) {
    this.#committer = committer
    this.#timers = timers
    this.#observer = observer
  }

  /** Whether so much waits to be committed that no more should be taken in. */
  get isPressed(): boolean {
    return this.#committer.isStalled || this.#gatheredLength > MAX_GATHERED_LENGTH
  }

  /**
   * This member has gathered something. Ignored once the turn is closed.
   * @param length how much memory it takes, roughly (characters)
   */
  add(member: TurnMember, length = 0): void {
    if (this.#isClosed) return
    this.#gathering.add(member)
    this.#gatheredLength += length
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
    this.#committer.end()
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
    if (this.#gathering.size === 0) this.#gatheredLength = 0
    if (toCommit.length > 0) this.#commit(toCommit)
  }

  #commit(members: readonly TurnMember[]): void {
    const shares: TurnShare[] = []
    const entries: JournalEntry[] = []
    const committing = new Set<TurnMember>()
    let length = 0
    for (const member of members) {
      if (length >= MAX_COMMIT_LENGTH) {
        this.#gathering.add(member)
        continue
      }
      const share = member.takeShare()
      shares.push(share)
      committing.add(member)
      entries.push(...share.entries)
      length += lengthOfAll(share.entries)
    }
    if (entries.length === 0) {
      for (const { release } of shares) release()
      return
    }
    this.#committing = committing
    this.#underWay = this.#committer.commit(entries).then(
      (refused) => {
        this.#endCommit()
        for (const share of shares) end(share, refused)
        this.#endTurn()
        if (!this.isPressed) this.#observer.relieved()
      },
      (error: unknown) => {
        this.#endCommit()
        this.#isClosed = true
        this.#observer.failed(error)
      },
    )
  }

  #endCommit(): void {
    this.#underWay = undefined
    this.#committing = new Set()
  }
}

function end({ entries, release, refuse }: TurnShare, refused: RefusedSessions): void {
  const [entry] = refused.size > 0 ? entries : []
  const cause = entry && refused.get(entry.sessionId)
  if (cause) refuse(cause)
  else release()
}
