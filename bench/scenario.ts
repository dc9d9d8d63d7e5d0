import type { Target } from './target.ts'

export type ScenarioName = 'A' | 'B' | 'C' | 'C18' | 'D' | 'E' | 'F' | 'G'

/** What of a server a scenario needs. */
export type ServerPart = 'reflector' | 'files'

/** One way to load a server. */
export interface Scenario {
  readonly name: ScenarioName
  /** in a line, for those who read the figures */
  readonly about: string
  readonly part: ServerPart
  /** whether a quick comparison has it */
  readonly isQuick: boolean
  /** @param isFull whether it may take a minute or more; otherwise it takes a second or two */
  run(target: Target, isFull: boolean): Promise<Outcome>
}

/** What a scenario came to. */
export interface Outcome {
  readonly figures: readonly Figure[]
  /** what makes the figures doubtful, or explains why some are missing; in words */
  readonly troubles: readonly string[]
  /** messages that did not follow on the one before: 0 unless the server breaks its order; undefined: not counted */
  readonly gaps: number | undefined
  /** CPU that neither server nor generator used meanwhile, in cores */
  readonly othersCores: readonly number[]
  /** all that was measured */
  readonly details: unknown
}

/** One number of an outcome. */
export interface Figure {
  /** its name for goals and programs: the scenario, then what, e.g. `A.100.saturated.cpu` */
  readonly key: string
  /** its name for people */
  readonly what: string
  readonly unit: string
  readonly better: 'less' | 'more'
  /** what is below cannot be told apart on a shared machine: both sides of a ratio are raised to it */
  readonly floor: number
  /** NaN if there was nothing to measure */
  readonly value: number
}

/** A figure of which less is better. */
export function less(
  key: string,
  what: string,
  unit: string,
  value: number | null | undefined,
  floor = 0,
): Figure {
  return { key, what, unit, better: 'less', floor, value: value ?? Number.NaN }
}

/** A figure of which more is better. */
export function more(
  key: string,
  what: string,
  unit: string,
  value: number | null | undefined,
): Figure {
  return { key, what, unit, better: 'more', floor: 0, value: value ?? Number.NaN }
}
