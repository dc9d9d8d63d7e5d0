import type { AttackReport } from './attack-report.ts'

/** What an attack did to a box. */
export interface Outcome {
  readonly name: string
  /** of the attacks that went on together */
  readonly names: readonly string[]
  /** the exit code or signal of a box that ended; undefined: it goes on */
  readonly ended: string | undefined
  /** ms in which a calm session heard nothing, at most */
  readonly silence: number
  /** likewise, on a box beside it that nobody attacked: what the machine itself had it wait for */
  readonly silenceBeside: number
  /** how many of the two calm sessions were closed */
  readonly lost: number
  /** bytes of memory that the box needed at most, beyond what it had before */
  readonly memory: number
  /** bytes by which the box's folder grew */
  readonly disk: number
  /** bytes of log */
  readonly log: number
  readonly report: AttackReport
}

/** How long starts took (ms). */
export interface Starts {
  readonly attacked: number
  /** of the box beside it, at the same time */
  readonly beside: number
}
