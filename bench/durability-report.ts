import type { LoadResult, Percentiles } from './load-options.ts'
import { difference, number, table } from './markdown.ts'
import { median } from './statistics.ts'

export const DURABILITIES = ['none', 'process', 'power'] as const
/** A result counts if so much of its rate was reached, … */
const LEAST_SHARE = 0.95
/** … and the generator was not later than this with its messages (ms, p99). */
const MOST_LAG_MS = 5

export type Durability = (typeof DURABILITIES)[number]

/** One row of the tables: this many messages/s over this many sessions. */
export interface Cell {
  readonly rate: number
  readonly sessions: number
}

/** One round of a cell: what each durability came to, one run right after the other. */
export type Round = Readonly<Record<Durability, LoadResult>>

type Figure = (result: LoadResult) => number
type Cells = ReadonlyMap<Cell, readonly Round[]>

export function report(
  cells: Cells,
  machine: string,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): string {
  return [
    `${machine}. ${rounds} rounds of ${seconds} s each; medians. Others took ${others(cells)} of the cores meanwhile.`,
    'Latency in ms, p50 / p99: from SEND to RECV, as the sender sees it.',
    latencyTable(cells),
    'From the first to the last receiver of a message, ms, p50 / p99.',
    spreadTable(cells),
    "CPU of the box's process, all threads, user and system: µs a message (which comes in once and goes out twice).",
    cpuTable(cells),
    `\\* is not to be trusted: less than ${LEAST_SHARE * 100} % of the rate was reached, messages did not arrive, or the ` +
      `generator was over ${MOST_LAG_MS} ms late (p99).`,
  ].join('\n\n')
}

function latencyTable(cells: Cells): string {
  const head = ['messages/s', 'sessions', '`none`', '`process` adds', '`power` adds']
  return table(
    head,
    rowsOf(cells, (rounds) => [
      marked(
        rounds,
        'none',
        pair(
          ({ latencyMs }) => latencyMs,
          (figure) => number(of(rounds, 'none', figure), 2),
        ),
      ),
      ...(['process', 'power'] as const).map((level) =>
        marked(
          rounds,
          level,
          pair(
            ({ latencyMs }) => latencyMs,
            (figure) => difference(added(rounds, level, figure), 2),
          ),
        ),
      ),
    ]),
  )
}

function spreadTable(cells: Cells): string {
  const head = ['messages/s', 'sessions', ...DURABILITIES.map((level) => `\`${level}\``)]
  return table(
    head,
    rowsOf(cells, (rounds) =>
      DURABILITIES.map((level) =>
        pair(
          ({ spreadMs }) => spreadMs,
          (figure) => number(of(rounds, level, figure), 2),
        ),
      ),
    ),
  )
}

function cpuTable(cells: Cells): string {
  const head = ['messages/s', 'sessions', '`none`', '`process` adds', '`power` adds']
  const cpu: Figure = ({ boxMicroseconds }) => boxMicroseconds
  return table(
    head,
    rowsOf(cells, (rounds) => [
      marked(rounds, 'none', number(of(rounds, 'none', cpu))),
      ...(['process', 'power'] as const).map((level) =>
        marked(rounds, level, difference(added(rounds, level, cpu), 0)),
      ),
    ]),
  )
}

function rowsOf(cells: Cells, figures: (rounds: readonly Round[]) => string[]): string[][] {
  return Array.from(cells, ([{ rate, sessions }, rounds]) => [
    number(rate),
    number(sessions),
    ...figures(rounds),
  ])
}

function pair(
  percentiles: (result: LoadResult) => Percentiles,
  show: (figure: Figure) => string,
): string {
  return [
    show((result) => percentiles(result).p50),
    show((result) => percentiles(result).p99),
  ].join(' / ')
}

function of(rounds: readonly Round[], level: Durability, figure: Figure): number {
  return median(rounds.map((round) => figure(round[level])))
}

/** Round by round, so that what else the machine does weighs on both. */
function added(rounds: readonly Round[], level: Durability, figure: Figure): number {
  return median(rounds.map((round) => figure(round[level]) - figure(round.none)))
}

function marked(rounds: readonly Round[], level: Durability, text: string): string {
  const levels: Durability[] = level === 'none' ? ['none'] : ['none', level]
  return levels.every((each) => isReliable(rounds, each)) ? text : `${text} \\*`
}

function isReliable(rounds: readonly Round[], level: Durability): boolean {
  return (
    of(rounds, level, ({ rate, offeredRate }) => rate / offeredRate) >= LEAST_SHARE &&
    of(rounds, level, ({ lagMs }) => lagMs.p99) <= MOST_LAG_MS &&
    rounds.every((round) => round[level].lost === 0)
  )
}

function others(cells: Cells): string {
  const cores = [...cells.values()]
    .flat()
    .flatMap((round) => DURABILITIES.map((level) => round[level].othersCores))
  return `${number(median(cores), 1)} (at most ${number(Math.max(...cores), 1)})`
}
