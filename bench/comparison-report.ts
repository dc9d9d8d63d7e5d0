import {
  comparisonRows,
  goalInWords,
  meetsGoal,
  missedGoals,
  type Row,
  type Trial,
} from './comparison-row.ts'
import type { Reference } from './contenders.ts'
import type { Goal, Goals } from './goals.ts'
import { number, significant, table } from './markdown.ts'
import type { Report } from './options.ts'
import type { Scenario } from './scenario.ts'
import { byName } from './scenarios.ts'
import { median } from './statistics.ts'

/** All that a comparison came to. */
export interface ComparisonResult {
  readonly machine: string
  readonly scenarios: readonly Scenario[]
  readonly reference: Reference | undefined
  readonly rounds: number
  readonly isFull: boolean
  readonly trials: readonly Trial[]
  readonly goals: Goals
}

export function comparisonReport(result: ComparisonResult): Report {
  const { scenarios, reference, trials, goals } = result
  const rows = comparisonRows(trials, goals)
  const names = scenarios.map(({ name }) => name)
  return {
    text: [
      conditions(result),
      ...scenarios.toSorted(byName).map((scenario) => section(scenario, rows, reference)),
      gapsInWords(trials),
      ...troublesOf(trials),
    ].join('\n\n'),
    data: { ...result, rows },
    missed: [...missedGoals(goals, rows, names, reference !== undefined), ...failures(trials)],
  }
}

function conditions({ machine, reference, rounds, isFull, trials }: ComparisonResult): string {
  const others = trials.flatMap(({ outcome }) => outcome.othersCores)
  return [
    `${machine}.`,
    `${isFull ? 'Full' : 'Quick'}, ${rounds} ${rounds === 1 ? 'round' : 'rounds in turn, medians'}.`,
    reference ? `Reference: ${reference.name}.` : 'The box alone.',
    ...(others.length > 0 ? [othersInWords(others)] : []),
  ].join(' ')
}

function othersInWords(cores: readonly number[]): string {
  const [typical, most] = [median(cores), Math.max(...cores)].map((value) => number(value, 1))
  return `Others took ${typical} (at most ${most}) of the cores meanwhile.`
}

function section(
  { name, about }: Scenario,
  allRows: readonly Row[],
  reference: Reference | undefined,
): string {
  const rows = allRows.filter(({ scenario }) => scenario === name)
  const hasGoals = allRows.some(({ goal }) => goal)
  const head = [
    '',
    'unit',
    'box',
    ...(reference ? ['reference', 'better by', 'range'] : []),
    ...(hasGoals ? ['goal'] : []),
  ]
  const cells = rows.map((row) => [
    row.what,
    row.unit,
    significant(row.box),
    ...(reference ? [significant(row.reference), times(median(row.ratios)), rangeOf(row)] : []),
    ...(hasGoals ? [row.goal ? verdict(row, row.goal, reference !== undefined) : ''] : []),
  ])
  return `**${name}**: ${about}\n\n${table(head, cells)}`
}

function verdict(row: Row, goal: Goal, hasReference: boolean): string {
  if (!hasReference && goal.atMost === undefined) return goalInWords(goal)
  return `${goalInWords(goal)} ${meetsGoal(row, goal, hasReference) ? 'met' : 'MISSED'}`
}

function rangeOf({ ratios }: Row): string {
  if (ratios.length === 0) return '–'
  return `${significant(Math.min(...ratios))} to ${significant(Math.max(...ratios))}`
}

function times(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : `${significant(ratio)}×`
}

function gapsInWords(trials: readonly Trial[]): string {
  const counts = trials.flatMap(({ outcome }) => outcome.gaps ?? [])
  if (counts.length === 0) return 'Gaps were not counted: nobody sends in these scenarios.'
  const gaps = counts.reduce((sum, count) => sum + count, 0)
  if (gaps === 0)
    return 'Gaps: 0. Where messages were sent, each client saw every one once and in order.'
  return `GAPS: ${number(gaps)} messages did not follow on the one before.`
}

/** Whatever went wrong with the box, be its figures as good as they may. */
function failures(trials: readonly Trial[]): string[] {
  return trials
    .filter(({ contender }) => contender === 'box')
    .flatMap(({ scenario, round, outcome }) =>
      outcome.troubles.map((trouble) => `${scenario}, round ${round}: ${trouble}`),
    )
}

/** At most one paragraph. */
function troublesOf(trials: readonly Trial[]): string[] {
  const lines = trials.flatMap(({ scenario, contender, round, outcome }) =>
    outcome.troubles.map((trouble) => `- ${scenario}, ${contender}, round ${round}: ${trouble}`),
  )
  return lines.length === 0 ? [] : [`What went wrong meanwhile:\n\n${lines.join('\n')}`]
}
