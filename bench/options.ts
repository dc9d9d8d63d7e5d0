import type { Reference } from './contenders.ts'
import type { Scenario } from './scenario.ts'

/** What a measurement can be told. Each has its own defaults; not every one uses all. */
export interface BenchOptions {
  /** an empty or earlier folder for boxes, on the disk that is measured */
  readonly dir: string
  readonly rounds: number | undefined
  /** measured, for each cell */
  readonly seconds: number | undefined
  readonly rates: readonly number[] | undefined
  readonly clients: readonly number[] | undefined
  readonly sessions: readonly number[] | undefined
  readonly messages: readonly number[] | undefined
  readonly isFull: boolean
  readonly scenarios: readonly Scenario[]
  /** the box alone is measured without one */
  readonly reference: Reference | undefined
}

/** What a measurement came to. */
export interface Report {
  /** in Markdown */
  readonly text: string
  /** for programs, as JSON */
  readonly data: unknown
  /** pictures that the text shows, SVG by file name */
  readonly pictures?: ReadonlyMap<string, string>
  /** goals that were missed, in words */
  readonly missed?: readonly string[]
}

/** One measurement of this folder. */
export interface Bench {
  /** in a line, for those who choose */
  readonly about: string
  run(options: BenchOptions): Promise<Report>
}
