import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogBudget } from './log-budget.ts'
import { AUTO_LEVEL, USUAL_LEVEL } from './log-level.ts'

/** Between info and warn: what statistics are made of (LOG2). */
const NOTICE = 35

/** As a line begins; the others are in the log of the dashboard. */
const GRAVE_LINE = /^\{"level":"(?:warn|error|fatal)"/

const STANDARD_ERROR = 2

export type BoxLog = Logger<'notice'>

export interface LogParts {
  /** is given each line that is written */
  readonly tail: DestinationStream
  /** which lines are written */
  readonly budget: LogBudget
}

/**
 * JSON lines with `level` as a word and `message`.
 * @param level one of pino's, or `auto`
 * @param to where lines go
 */
export function createLog(
  level: string,
  to: DestinationStream,
  { tail, budget }: LogParts,
): BoxLog {
  const options = {
    base: null,
    level: level === AUTO_LEVEL ? USUAL_LEVEL : level,
    messageKey: 'message',
    customLevels: { notice: NOTICE },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  const write = (line: string) => {
    tail.write(line)
    to.write(line)
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

/** Where a person reads the greeting, and lines of the log would only be in between. */
function graveLinesOnly(to: DestinationStream): DestinationStream {
  return {
    write: (line) => {
      if (GRAVE_LINE.test(line)) to.write(line)
    },
  }
}

/** Standard error, as it suits who reads it. @param to standard error, unless it is another stream */
export function standardErrorLog(
  level: string,
  isTerminal: boolean,
  to: DestinationStream = destination(STANDARD_ERROR),
): DestinationStream {
  return level === AUTO_LEVEL && isTerminal ? graveLinesOnly(to) : to
}
