/** What the load generator is to do. It is told so by its one argument, as JSON. */
export interface LoadOptions {
  readonly port: number
  /** process of the box, for its CPU time */
  readonly pid: number
  readonly sessions: number
  /** messages/s, over all sessions */
  readonly rate: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** What it saw while it measured: its one message to the process that started it. */
export interface LoadResult {
  /** messages/s that were to be sent */
  readonly offeredRate: number
  /** messages/s that came back to their senders, in time */
  readonly rate: number
  /** from SEND to RECV, as the sender sees it (ms) */
  readonly latencyMs: Percentiles
  /** between the first and the last receiver of a message (ms) */
  readonly spreadMs: Percentiles
  /** how late messages were sent: more than a little, and the generator is the bottleneck (ms) */
  readonly lagMs: Percentiles
  /** CPU time of the box, for each message (µs) */
  readonly boxMicroseconds: number
  /** CPU that neither the box nor the generator used, in cores */
  readonly othersCores: number
  /** messages that did not reach every receiver, in the end */
  readonly lost: number
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
}
