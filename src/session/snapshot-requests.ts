import type { HistoryRoom, JoinCost, SnapshotReason } from './ports.ts'

/** A history of more messages than this is long… */
const LONG_MESSAGES = 2000
/** …and so is one of more bytes, counted as in `JoinCost`… */
const LONG_BYTES = 2_000_000
/** …and one whose oldest message is older than this (ms). */
const OLD_MS = 10 * 60_000
/** Clients ignore a request within 5 s of the last time they polled for a snapshot. */
const REPEAT_MS = 6000
/** After so many requests without a snapshot there is a pause (ms)… */
const PATIENCE = 10
const PAUSE_MS = 10 * 60_000
/** …but not when a history of so many messages or bytes is on its way to being full. */
const NO_PAUSE_FROM = 60_000
const NO_PAUSE_FROM_BYTES = 30_000_000
/** Making a snapshot stops the app for a moment: how long a long history is left alone after one (ms). */
const REST_MS = 30_000

/** How long a history is, and may be. */
type HistorySize = JoinCost & Pick<HistoryRoom, 'maxBytes'>

/** Decides when members are asked for a snapshot. None of it is stored: a restored session begins anew. */
export class SnapshotRequests {
  #nextDue = Infinity
  #lastRequest = -Infinity
  #lastSnapshot = -Infinity
  #unanswered = 0
  /** when there was first something in the history; Infinity while there is nothing */
  #since = Infinity
  #audience = 0
  /** one of two users left, and nobody came or left since (SNAP12) */
  #isLeftAlone = false

  /** When {@link next} may have a reason that it has not now; Infinity for never. */
  get nextDue(): number {
    return this.#nextDue
  }

  /** Whether as many requests as it has patience for have just been made in vain. */
  get isOverdue(): boolean {
    return this.#unanswered === PATIENCE
  }

  snapshotTaken(now: number): void {
    this.#lastSnapshot = now
    this.#unanswered = 0
    this.#since = Infinity
    this.#isLeftAlone = false
  }

  /**
   * Why to ask for a snapshot now, if there is a reason; then it counts as done. To be called whenever
   * the history or the audience is another, and when it is due.
   * @param audience how many there are who could answer
   */
  next(history: HistorySize, audience: number, now: number): SnapshotReason | undefined {
    this.#note(history, audience, now)
    const reason = audience > 0 ? this.#reason(history, now) : undefined
    this.#nextDue = reason ? this.#due(reason, history) : Infinity
    if (!reason || this.#nextDue > now) return undefined
    this.#lastRequest = now
    this.#unanswered += 1
    this.#nextDue = this.#due(reason, history)
    return reason
  }

  #note({ messages }: JoinCost, audience: number, now: number): void {
    this.#since = messages > 0 ? Math.min(this.#since, now) : Infinity
    if (audience === this.#audience) return
    if (this.#audience === 0) this.#unanswered = 0 // others may answer
    this.#isLeftAlone = this.#audience === 2 && audience === 1 && messages > 0
    this.#audience = audience
  }

  #reason({ messages, bytes, maxBytes }: HistorySize, now: number): SnapshotReason | undefined {
    if (this.#isLeftAlone) return 'leaving'
    if (messages > LONG_MESSAGES) return 'messages'
    // Others may leave it less room than it would have alone (LIMIT7).
    if (bytes > Math.min(LONG_BYTES, maxBytes / 2)) return 'bytes'
    return now - this.#since > OLD_MS ? 'age' : undefined
  }

  #due(reason: SnapshotReason, { messages, bytes }: JoinCost): number {
    const isFilling = messages >= NO_PAUSE_FROM || bytes >= NO_PAUSE_FROM_BYTES
    const isPausing = this.#unanswered > 0 && this.#unanswered % PATIENCE === 0 && !isFilling
    const next = this.#lastRequest + (isPausing ? PAUSE_MS : REPEAT_MS)
    return reason === 'leaving' ? next : Math.max(next, this.#lastSnapshot + REST_MS)
  }
}
