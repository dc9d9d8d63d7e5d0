/** What the load generator (loadgen.c) answers, by mode. Nulls stand for "per delivery" where nothing was delivered. */
export interface GeneratorResults {
  readonly run: RunResult
  readonly idle: IdleResult
  readonly join: JoinResult
  readonly slow: SlowResult
}

/** Of durations in ms. */
export interface Distribution {
  readonly n: number
  readonly mean: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Connections that the server has closed, by close code; negative ones are errors of the socket, 0 is no close frame. */
export interface Closes {
  readonly dead: number
  readonly closeCodes: Readonly<Record<string, number>>
}

export interface RunResult extends Closes {
  /** clients that have their SYNC, and that there are */
  readonly live: number
  readonly sessions: number
  readonly clients: number
  readonly cpuMsPerJoin: number
  readonly rssKBPerClient: number
  readonly steps: readonly StepResult[]
}

/** Of one step of a load, of what fell into its seconds. */
export interface StepResult {
  readonly step: string
  /** messages/s */
  readonly offeredMsgs: number
  readonly deliveriesPerSec: number
  readonly ticksPerSec: number
  readonly sustained: boolean
  /** of the server, in cores */
  readonly cpuShare: number
  readonly cpuUsPerDelivery: number | null
  /** of a delivery or tick */
  readonly cpuUsPerFrame: number | null
  /** of a message that was sent, to however many */
  readonly cpuUsPerMessage: number | null
  readonly othersCpu: number
  /** from the last delivery to the end of the step */
  readonly silentSec: number
  readonly gaps: number
  readonly latencyMs: Distribution
  /** how far the time between two ticks is from what it should be */
  readonly tickErrMs: Distribution
  readonly tickIntervalMs: Distribution
}

export interface IdleResult extends Closes {
  readonly live: number
  readonly sessions: number
  readonly clients: number
  readonly rssKBPerClient: number
  readonly cpuShare: number
  readonly cpuMsPerJoin: number
}

export interface JoinResult extends Closes {
  /** that the session has taken */
  readonly messages: number
  readonly joiners: number
  readonly synced: number
  readonly allSyncedMs: number
  readonly syncMsP50: number
  readonly firstByteMsP50: number
  readonly cpuMsPerJoin: number
  readonly hwmDeltaMB: number
  /** of the other sessions, while everybody joined */
  readonly tickErrJoinMs: Distribution
}

export interface SlowResult extends Closes {
  /** of the server's memory, in the second part of the time */
  readonly rssSlopeKBps: number
  readonly slowClosedAtSec: number
  readonly gaps: number
  /** of those who read on */
  readonly latencyBeforeMs: Distribution
  readonly latencyDuringMs: Distribution
}
