import { type DestinationStream, destination, type Logger, pino } from 'pino'

/** Between info and warn: what statistics are made of (LOG2). */
const NOTICE = 35

export type BoxLog = Logger<'notice'>

/**
 * JSON lines with `level` as a word and `message`.
 * @param to a file descriptor, or a stream; @param tail is given each line as well
 */
export function createLog(
  level: string,
  to: number | DestinationStream,
  tail: DestinationStream,
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
  const both = {
    write: (line: string) => {
      tail.write(line)
      main.write(line)
    },
  }
  return pino(options, both)
}
