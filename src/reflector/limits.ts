/** How much a client may take; Infinity where there is no limit. Sizes in bytes. */
export interface ReflectorLimits {
  readonly frameBytes: number
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
  readonly connectionsPerAddress: number
  /** connections that have not joined */
  readonly unjoinedPerAddress: number
  readonly unjoined: number
  readonly usersPerSession: number
  /** running sessions that were opened from there */
  readonly sessionsPerAddress: number
  readonly sessions: number
  /** what a session keeps since its snapshot, as in `JoinCost` */
  readonly historyBytes: number
  /** and all running sessions together */
  readonly historiesBytes: number
  /** what waits for a client, in memory */
  readonly backlogBytes: number
  /** how long a client that is behind may take nothing (ms) */
  readonly backlogMs: number
}

/** A limit's name in logs and metrics. */
export type LimitName =
  | 'frame-size'
  | 'messages-per-second'
  | 'bytes-per-second'
  | 'connections-per-address'
  | 'unjoined-per-address'
  | 'unjoined'
  | 'users-per-session'
  | 'sessions-per-address'
  | 'sessions'
  | 'history-size'
  | 'histories-size'
  | 'beside-history'
  | 'unfinished-frames'
  | 'announcements'
  | 'backlog'
