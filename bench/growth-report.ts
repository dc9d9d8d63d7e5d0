import { CAPACITY_SERIES, capacityInWords, type Measured } from './capacity.ts'
import { drawChart, type Series } from './chart.ts'
import type { ContenderName } from './contender.ts'
import type { Reference } from './contenders.ts'
import type { Curve, CurveName, GrowthTrial } from './growth-curve.ts'
import { number, significant, table } from './markdown.ts'
import type { Report } from './options.ts'
import { median } from './statistics.ts'

/** All that was measured. */
export interface GrowthResult {
  readonly machine: string
  readonly rounds: number
  readonly reference: Reference | undefined
  readonly curves: readonly Curve[]
  readonly trials: readonly GrowthTrial[]
  /** memory of an idle client of the box, of each round */
  readonly idleKB: readonly number[]
}

/** One line of a plot, and one column of a table. */
interface Line extends Series {
  readonly contender: ContenderName
  /** which of the costs of its curve */
  readonly cost: string
}

export function growthReport(result: GrowthResult): Report {
  const { machine, rounds, reference, curves, trials, idleKB } = result
  const lines = new Map(curves.map((curve) => [curve.name, linesOf(curve, result)]))
  const linesIn = (name: CurveName) => lines.get(name) ?? []
  const pictures = curves.map(
    (curve) => [pictureOf(curve), drawChart({ ...curve, series: linesIn(curve.name) })] as const,
  )
  const capacity = capacityInWords({
    delivery: largest(linesIn('clients'), CAPACITY_SERIES.delivery),
    message: largest(linesIn('sessions'), CAPACITY_SERIES.message),
    idleKB: median(idleKB),
  })
  return {
    text: [
      `${machine}. ${rounds} rounds in turn, medians.${reference ? ` Reference: ${reference.name}.` : ''}`,
      ...curves.map((curve) => section(curve, linesIn(curve.name))),
      'Rings and stars (\\*): it could not keep up, or a session did not take all messages.',
      `One core of this machine carries:\n\n${capacity}`,
    ].join('\n\n'),
    data: { machine, rounds, reference, trials, idleKB },
    pictures: new Map(pictures),
  }
}

function pictureOf({ name }: Curve): string {
  return `growth-${name}.svg`
}

function linesOf(curve: Curve, { trials, reference }: GrowthResult): readonly Line[] {
  const ofCurve = trials.filter((trial) => trial.curve === curve.name)
  const costs = new Set(ofCurve.flatMap(({ sample }) => Object.keys(sample.costs)))
  const contenders = new Set(ofCurve.map(({ contender }) => contender))
  return [...contenders].flatMap((contender) =>
    Array.from(costs, (cost) => ({
      contender,
      cost,
      name: reference ? `${contender}: ${cost}` : cost,
      points: curve.sizes.map((size) => pointOf(ofCurve, contender, cost, size)),
    })),
  )
}

function pointOf(
  trials: readonly GrowthTrial[],
  contender: ContenderName,
  cost: string,
  size: number,
) {
  const samples = trials
    .filter((trial) => trial.contender === contender && trial.size === size)
    .map(({ sample }) => sample)
  const costs = samples.map(({ costs: each }) => each[cost] ?? Number.NaN)
  return {
    x: size,
    y: median(costs.filter(Number.isFinite)),
    isHollow: !samples.every(({ isSustained }) => isSustained),
  }
}

function section(curve: Curve, lines: readonly Line[]): string {
  const rows = curve.sizes.map((size, index) => [
    number(size),
    ...lines.map(({ points }) => {
      const point = points[index]
      return `${significant(point?.y ?? Number.NaN)}${point?.isHollow ? ' \\*' : ''}`
    }),
  ])
  return [
    `![${curve.title}, ${curve.y.label}, by ${curve.x.label}](${pictureOf(curve)})`,
    `${curve.y.label}, by ${curve.x.label}:`,
    table(['', ...lines.map(({ name }) => name)], rows),
  ].join('\n\n')
}

/** What the box needed at the largest size with which it kept up. */
function largest(lines: readonly Line[], cost: string): Measured | undefined {
  const line = lines.find((each) => each.contender === 'box' && each.cost === cost)
  const point = line?.points.findLast(({ isHollow, y }) => !isHollow && Number.isFinite(y))
  return point && { size: point.x, cost: point.y }
}
