/** What a load is put on: a server that runs on 127.0.0.1. */
export interface Target {
  readonly port: number
  /** to which a session id is added, e.g. `/reflector/` */
  readonly reflectorPath: string
  /** where its files are, e.g. `/files`, if it has any */
  readonly filesPath: string | undefined
  /** its processes, as they are now: whose CPU and memory counts */
  pids(): readonly number[]
}
