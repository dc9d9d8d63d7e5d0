import type { Json } from '../protocol/messages.ts'
import type { HasUser } from './absentees.ts'
import type { PresenceChange, SnapshotRecord } from './record.ts'

/** One connection as its session sees it; without a user it hears SYNC and INFO only. */
export interface Member extends HasUser {
  /** false while bytes for it are unsent: it gets no ticks */
  readonly isCaughtUp: boolean
  /** hears everything and is heard by nobody: no vote and no snapshot is to be had from it (ROLE) */
  readonly isViewer: boolean
  /** whether it is its word to say which app the session runs (ROLE8) */
  readonly saysWhichApp: boolean
}

/** What one joiner needs to start: the state of things and all messages since the snapshot. */
export interface Sync {
  readonly time: number
  readonly seq: number
  readonly timeline: string
  readonly tove: string | undefined
  readonly flags: Readonly<Record<string, true>>
  readonly snapshot: SnapshotRecord | undefined
  /** persistent data to start from when there is no snapshot */
  readonly persistedPath: string | undefined
  /** the messages in order: comma-separated JSON; a run never changes, so what is made of it may be kept */
  readonly runs: ReadonlyArray<{ readonly text: string }>
}

/** What the herald that the clients of a session name is told (JOIN9). */
export interface HeraldNews {
  readonly url: string
  /** who is in the session */
  readonly all: readonly Json[]
  /** who came since the last news */
  readonly joined: readonly Json[]
  /** who left since then */
  readonly left: readonly Json[]
}

/**
 * Where a session's decisions go. Calls come in the order in which members must see their effects;
 * nothing may be seen before the messages reflected until then are committed.
 */
export interface SessionOutput<M extends Member> {
  /** @param text the message as JSON, to be journaled and sent to the whole audience */
  reflect(text: string, audience: readonly M[]): void
  /** @param time teatime, ms, for those of the audience that are caught up */
  tick(time: number, audience: readonly M[]): void
  sync(member: M, sync: Sync): void
  /** @param frame text of a finished frame */
  tell(frame: string, members: readonly M[]): void
  /** Something may have changed of the session's state; what did must outlive memory. */
  stateChanged(): void
  /** Its `progress` told a later time than before, which must outlive memory; it is no more than that. */
  timeReserved(): void
  snapshotTaken(snapshot: SnapshotRecord): void
  presenceChanged(change: PresenceChange): void
  herald(news: HeraldNews): void
  report(fact: SessionFact): void
}

/** How much a session may keep; may change at any time. */
export interface HistoryRoom {
  /** length of the messages since its snapshot, as in `JoinCost`; above 0 */
  readonly maxBytes: number
  /** It keeps so much more: all sessions share what there is. */
  took(bytes: number): void
}

/** What joining a session costs now: the messages since its snapshot, which every joiner gets. */
export interface JoinCost {
  readonly messages: number
  /** UTF-16 units of their JSON, which are bytes as long as it is ASCII, and a comma for each */
  readonly bytes: number
}

/** What a running session keeps in memory. */
export interface SessionCost extends JoinCost {
  /** UTF-16 units of what it keeps beside its history (LIMIT14) */
  readonly besideBytes: number
}

/** Why a snapshot is asked for: many messages or bytes since the last one, its age, or a user who left. */
export type SnapshotReason = 'messages' | 'bytes' | 'age' | 'leaving'

/** What the log may want to know; worded outside. */
export type SessionFact =
  | {
      readonly kind: 'users'
      readonly active: number
      readonly joined: number
      readonly left: number
    }
  | {
      readonly kind: 'snapshot requested'
      readonly messages: number
      readonly why: SnapshotReason
    }
  | { readonly kind: 'snapshot overdue'; readonly messages: number }
  | { readonly kind: 'message refused'; readonly messages: number }
  | { readonly kind: 'vote refused' }
  | { readonly kind: 'votes missing'; readonly tuttiKey: string; readonly missing: number }
