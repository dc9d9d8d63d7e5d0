import type { ServerPart } from './scenario.ts'
import type { ServerProcess } from './server-process.ts'
import type { Target } from './target.ts'

/** One of those that are compared. */
export interface Contender {
  readonly name: ContenderName
  /** Starts it afresh, in an empty folder; undefined if it has no such part. */
  start(part: ServerPart): Promise<Contestant | undefined>
}

export type ContenderName = 'box' | 'reference'

/** A contender that runs. */
export interface Contestant {
  readonly target: Target
  readonly process: ServerProcess
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}
