import { type DestinationStream, destination, type Logger, pino } from 'pino'

/** Between info and warn: what statistics are made of (LOG2). */
const NOTICE = 35

export type BoxLog = Logger<'notice'>

/** JSON lines with `level` as a word and `message`. @param to a file descriptor, or a stream */
export function createLog(level: string, to: number | DestinationStream): BoxLog {
  const options = {
    base: null,
    level,
    messageKey: 'message',
    customLevels: { notice: NOTICE },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  }
  return pino(options, typeof to === 'number' ? destination(to) : to)
}
