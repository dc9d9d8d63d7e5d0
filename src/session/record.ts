import type { Json } from '../protocol/messages.ts'

/**
 * What of a session outlives memory. Plain data: structured-cloneable, so that it can cross to the
 * journal's thread, and complete, so that a new field is stored on purpose or not at all.
 */

/** A model snapshot that the box serves. `position` counts messages since the session began. */
export interface SnapshotRecord {
  /** path below the upload folder, e.g. `snapshots/<sessionId>/<time>_<seq>-<hash>.snap` */
  readonly path: string
  readonly hash: string
  /** teatime, ms */
  readonly time: number
  readonly seq: number
  readonly position: number
}

/** Tallies for which no more votes count. */
export interface TallyMemory {
  readonly remembered: ReadonlyArray<readonly [tuttiKey: string, sendTime: number]>
  /** teatime, ms: tallies that were sent until then are completed, too; −1: there are none */
  readonly forgottenTime: number
}

/** Everything that SYNC shows or the rules need, apart from messages and snapshots. */
export interface SessionState {
  readonly name: string
  readonly appId: string | undefined
  readonly persistentId: string | undefined
  /**
   * True while nobody joined whose word it is to say which app the session runs (ROLE8): then there is neither `appId`
   * nor `persistentId`. What was stored before there was this field does not have it.
   */
  readonly isAppUnknown: boolean
  /** the page that opened the session, as its client told */
  readonly pageUrl: string
  readonly timeline: string
  readonly tove: string | undefined
  /** teatime, ms: a restored session starts here; reserved ahead, so as not to be before any that was sent */
  readonly time: number
  /** messages reflected since the session began; seq follows from it */
  readonly position: number
  /** ms of silence before a tick */
  readonly tick: number
  /** ms after the last tick before which no message is reflected; 0: none */
  readonly delay: number
  readonly scale: number
  readonly flags: Readonly<Record<string, true>>
  readonly completedTallies: TallyMemory
  /** persistent data this session started from */
  readonly persistedPath: string | undefined
}

/** What changes of a state along its timeline. Its position is not among it: that moves on with the messages. */
export interface StateChanges
  extends Partial<
    Pick<
      SessionState,
      | 'name'
      | 'isAppUnknown'
      | 'pageUrl'
      | 'time'
      | 'tick'
      | 'delay'
      | 'scale'
      | 'flags'
      | 'completedTallies'
    >
  > {
  /** null: it has none any more, as JSON can tell */
  readonly appId?: string | null
  readonly persistentId?: string | null
}

/** A run of messages: their JSON texts in order, joined by commas, as SYNC needs them. */
export interface MessageRun {
  /** position of the first message */
  readonly first: number
  readonly count: number
  readonly text: string
}

/** Messages on their way into the store. */
export interface NewMessages extends MessageRun {
  /** teatime, ms, at or after that of the last of them */
  readonly time: number
}

/** The persistent data that the next new session of (appId, persistentId) starts from. */
export interface SavedRecord {
  readonly appId: string
  readonly persistentId: string
  readonly path: string
}

/** A user that was announced as joined, and not yet as left. */
export interface AnnouncedUser {
  /** tells it from the others of its session, who may be given alike */
  readonly number: number
  /** as its client gave it */
  readonly user: Json
}

/** Who is in the session as far as its members were told. */
export interface Presence {
  /** one for each connection that was announced */
  readonly announced: readonly AnnouncedUser[]
  /** ms to hold back the announcement that a user left */
  readonly leaveDelay: number
}

/** What changed of a presence: first those left, and then these joined. */
export interface PresenceChange {
  /** their numbers */
  readonly left: readonly number[] | 'all'
  /** each with its number, and as JSON: it is never looked into on its way */
  readonly joined: ReadonlyArray<readonly [number: number, user: string]>
  readonly leaveDelay: number
}

/**
 * One session's share of a commit, in the order in which it is to be stored: the state or what changed of it,
 * then the messages, which move position and time on, and the rest as it is after them. A timeline begins with
 * a state, and only then there is one. Most entries have messages alone, or a reserved time alone.
 */
export interface JournalEntry {
  readonly sessionId: string
  /** as it is after the entry's messages */
  readonly state?: SessionState
  readonly changes?: StateChanges
  readonly messages?: NewMessages
  /** teatime, ms, that members may reach without messages: moves the stored time on, never back, after all the rest */
  readonly reservedTime?: number
  readonly snapshot?: SnapshotRecord
  readonly presence?: PresenceChange
  readonly saved?: SavedRecord
}

/** A parked session as it comes back: state, the newest usable snapshot and all messages since. */
export interface StoredSession {
  readonly state: SessionState
  readonly snapshot: SnapshotRecord | undefined
  readonly messages: readonly MessageRun[]
  readonly presence: Presence
}

/** What the store knows for the first joiner of a session that is not in memory. */
export interface StoredStart {
  readonly session: StoredSession | undefined
  /** path of the data that (appId, persistentId) saved last, if its file is there */
  readonly persistedPath: string | undefined
}
