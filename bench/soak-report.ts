import { drawChart } from './chart.ts'
import type { RunResult } from './generator-result.ts'
import { number, percent, significant, table } from './markdown.ts'
import type { Report } from './options.ts'
import { median, slope } from './statistics.ts'
import { clientTroubles, stepTroubles } from './step.ts'

/** What memory is in the first part is what the box needs to run warm. */
const WARM_SHARE = 1 / 3
/** Growth of memory in an hour that counts as none, as a share of all. */
const FLAT_SHARE = 0.1
const PICTURE = 'soak.svg'
const MINUTES_PER_HOUR = 60

/** Memory of the box at a moment. */
export interface Sample {
  /** since the start */
  readonly minutes: number
  /** resident */
  readonly megabytes: number
}

/** What happened in the rooms. */
export interface Changes {
  joins: number
  rejoins: number
  /** rejoins in which nothing was lost or went back */
  seamless: number
  snapshots: number
}

/** All that was measured. */
export interface SoakResult {
  readonly machine: string
  readonly seconds: number
  readonly rate: number
  readonly people: number
  readonly rooms: number
  /** in each room */
  readonly visitors: number
  readonly result: RunResult
  readonly counts: Changes
  readonly samples: readonly Sample[]
}

export function soakReport(soaked: SoakResult): Report {
  const { machine, seconds, rate, people, rooms, visitors, result, counts, samples } = soaked
  const warm = samples.slice(Math.floor(samples.length * WARM_SHARE))
  const points = warm.map(({ minutes, megabytes }) => [minutes, megabytes] as const)
  const perHour = slope(points) * MINUTES_PER_HOUR
  const memory = median(warm.map(({ megabytes }) => megabytes))
  const step = result.steps[0]
  const rows = [
    ['deliveries/s', number(step?.deliveriesPerSec ?? Number.NaN)],
    ['latency in the hall, p50, p99', inMs(step?.latencyMs.p50, step?.latencyMs.p99)],
    ['messages missing or out of order', number(step?.gaps ?? Number.NaN)],
    ['joins of visitors', number(counts.joins)],
    ['rejoins', number(counts.rejoins)],
    ['of these, nothing was lost', percent(counts.seamless / counts.rejoins)],
    ['snapshots in the rooms', number(counts.snapshots)],
    ['cores', significant(step?.cpuShare ?? Number.NaN)],
    ['memory, MB, median after the first third', number(memory)],
    ['its trend then, MB an hour', number(perHour, 1)],
  ]
  const isFlat = perHour <= FLAT_SHARE * memory
  const troubles = [
    ...clientTroubles('hall', { live: result.live, expected: people, closes: result }),
    ...(step ? stepTroubles('hall', step) : []),
  ]
  return {
    text: [
      `${machine}. ${number(seconds / 60)} minutes: ${number(people)} clients in the hall with ${number(rate)} messages/s, ${number(rooms)} rooms of ${visitors}.`,
      table(['', ''], rows),
      ...troubles,
      `![Memory of the box in use, MB, by minutes](${PICTURE})`,
    ].join('\n\n'),
    data: soaked,
    pictures: new Map([[PICTURE, memoryChart(samples)]]),
    missed: [
      ...troubles,
      ...(isFlat ? [] : [`memory grows by ${number(perHour)} MB an hour, of ${number(memory)} MB`]),
      ...(counts.seamless === counts.rejoins ? [] : ['something was lost for those who rejoined']),
    ],
  }
}

function inMs(...values: ReadonlyArray<number | undefined>): string {
  return `${values.map((value) => significant(value ?? Number.NaN)).join(', ')} ms`
}

function memoryChart(samples: readonly Sample[]): string {
  return drawChart({
    title: 'Memory of the box in use',
    x: { label: 'minutes', scale: 'linear' },
    y: { label: 'MB, resident', scale: 'linear' },
    series: [
      {
        name: 'all processes of the box',
        points: samples.map(({ minutes, megabytes }) => ({
          x: minutes,
          y: megabytes,
          isHollow: false,
        })),
      },
    ],
  })
}
