/** What an abuser gets to know. */
export interface AbuseTarget {
  /** of the box, on 127.0.0.1 */
  readonly port: number
  /** how much of it: connections, or messages a second */
  readonly amount: number
}

/** What has become of an abuse so far. */
export type AbuseReport = Readonly<Record<string, number>>

/** Begins and resolves when it is in full swing, with what tells how it goes. It ends with its process. */
export type Abuse = (target: AbuseTarget) => Promise<() => AbuseReport>
