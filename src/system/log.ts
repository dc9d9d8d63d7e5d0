import { type DestinationStream, destination, type Logger, pino } from 'pino'
import { AUTO_LEVEL, USUAL_LEVEL } from './log-level.ts'

/** Between info and warn: what statistics are made of (LOG2). */
const NOTICE = 35

/** As a line begins; the others are in the log of the dashboard. */
const GRAVE_LINE = /^\{"level":"(?:warn|error|fatal)"/

const STANDARD_ERROR = 2

export type BoxLog = Logger<'notice'>

/**
 * JSON lines with `level` as a word and `message`.
 * @param level one of pino's, or `auto`
 * @param to where lines go; @param tail is given each line as well
 */
export function createLog(level: string, to: DestinationStream, tail: DestinationStream): BoxLog {
  const options = {
    base: null,
    level: level === AUTO_LEVEL ? USUAL_LEVEL : level,
    messageKey: 'message',
    customLevels: { notice: NOTICE },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  const both = {
    write: (line: string) => {
      tail.write(line)
      to.write(line)
    },
  }
  return pino(options, both)
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
