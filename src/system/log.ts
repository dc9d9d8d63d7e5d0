import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogBudget } from './log-budget.ts'

/** Between info and warn: what statistics are made of (LOG2). */
const NOTICE = 35

export type BoxLog = Logger<'notice'>

export interface LogParts {
  /** is given each line that is written */
  readonly tail: DestinationStream
  /** which lines are written */
  readonly budget: LogBudget
}

/**
 * JSON lines with `level` as a word and `message`.
 * @param to a file descriptor, or a stream
 */
export function createLog(
  level: string,
  to: number | DestinationStream,
  { tail, budget }: LogParts,
): BoxLog {
  const options = {
    base: null,
    level,
    messageKey: 'message',
    customLevels: { notice: NOTICE },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  const main = typeof to === 'number' ? destination(to) : to
  const write = (line: string) => {
    tail.write(line)
    main.write(line)
  }
  const news = pino(options, { write })
  const bounded = {
    write: (line: string) => {
      if (budget.takes(line)) write(line)
      const leftOut = budget.takeNews()
      if (leftOut === undefined) return
      const fields = { scope: 'process', event: 'log-left-out', ...leftOut }
      news.warn(fields, 'more was logged than the log takes: some lines were left out')
    },
  }
  return pino(options, bounded)
}
