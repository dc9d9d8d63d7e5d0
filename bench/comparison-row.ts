import type { ContenderName } from './contender.ts'
import type { Goal, Goals } from './goals.ts'
import { significant } from './markdown.ts'
import type { Figure, Outcome, ScenarioName } from './scenario.ts'
import { median } from './statistics.ts'

/** One contender in one scenario, in one round. */
export interface Trial {
  readonly round: number
  readonly contender: ContenderName
  readonly scenario: ScenarioName
  readonly outcome: Outcome
}

/** One figure over all rounds. */
export interface Row extends Omit<Figure, 'value'> {
  readonly scenario: ScenarioName
  /** medians, NaN if there is none */
  readonly box: number
  readonly reference: number
  /** how many times better the box is than the reference, of each round that has both */
  readonly ratios: readonly number[]
  readonly goal: Goal | undefined
}

/** A row for each figure that any trial has, in the order in which they came. */
export function comparisonRows(trials: readonly Trial[], goals: Goals): readonly Row[] {
  const found = trials.flatMap((trial) =>
    trial.outcome.figures.map((figure) => ({ ...trial, figure })),
  )
  const groups = Map.groupBy(found, ({ figure }) => figure.key)
  return Array.from(groups, ([key, group]): Row => {
    const of = (name: ContenderName) => group.filter(({ contender }) => contender === name)
    const figures = (name: ContenderName) =>
      new Map(of(name).map(({ round, figure }) => [round, figure]))
    const [box, reference] = [figures('box'), figures('reference')]
    const ratios = Array.from(box, ([round, figure]) => ratio(figure, reference.get(round)))
    const [{ figure, scenario }] = group as [(typeof group)[number]]
    return {
      ...figure,
      scenario,
      box: typical(box),
      reference: typical(reference),
      ratios: ratios.filter(Number.isFinite),
      goal: goals[key],
    }
  })
}

/**
 * Whether the medians reach the goal; a figure that is missing does not. Ratios count only where there is a
 * reference.
 */
export function meetsGoal(row: Row | undefined, goal: Goal, hasReference: boolean): boolean {
  if (!row || !Number.isFinite(row.box)) return false
  const { ratio: least, atMost } = goal
  const isBetter = least === undefined || !hasReference || median(row.ratios) >= least
  return isBetter && (atMost === undefined || row.box <= atMost)
}

/** The goals of these scenarios that were missed, in words. */
export function missedGoals(
  goals: Goals,
  rows: readonly Row[],
  scenarios: readonly ScenarioName[],
  hasReference: boolean,
): string[] {
  return Object.entries(goals).flatMap(([key, goal]) => {
    if (!scenarios.some((name) => key.startsWith(`${name}.`))) return []
    const row = rows.find((each) => each.key === key)
    if (meetsGoal(row, goal, hasReference)) return []
    const reached = row ? reachedInWords(row, hasReference) : 'nothing was measured'
    return [`${key}: ${goalInWords(goal)}; ${reached}`]
  })
}

export function goalInWords({ ratio: least, atMost }: Goal): string {
  return [
    ...(least === undefined ? [] : [`≥ ${least}×`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost.toLocaleString('en')}`]),
  ].join(', ')
}

function reachedInWords({ box, unit, ratios }: Row, hasReference: boolean): string {
  const own = `${significant(box)} ${unit}`
  return hasReference ? `${significant(median(ratios))}× the reference, ${own}` : own
}

function typical(figures: ReadonlyMap<number, Figure>): number {
  return median([...figures.values()].map(({ value }) => value).filter(Number.isFinite))
}

function ratio(box: Figure, reference: Figure | undefined): number {
  if (!reference) return Number.NaN
  const [ours, theirs] = [Math.max(box.value, box.floor), Math.max(reference.value, box.floor)]
  return box.better === 'less' ? theirs / ours : ours / theirs
}
