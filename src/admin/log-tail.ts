import { keptText } from './kept-text.ts'

/** How many lines are kept… */
const MAX_LINES = 2000
/** …and how much of a long one (UTF-16 units). */
const MAX_LINE_LENGTH = 8000

/** From the least grave to the gravest, as the log calls them. */
export const LEVELS = ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'fatal'] as const
export type Level = (typeof LEVELS)[number]

export interface LogFilter {
  /** the least grave that is wanted */
  readonly level: Level
  /** undefined: of all */
  readonly sessionId: string | undefined
  /** has to be in the line, whatever its case; "": anything */
  readonly text: string
}

/** A line of the log. */
export interface LogEntry {
  /** counts all lines since the box started */
  readonly number: number
  readonly level: string
  /** ISO 8601 */
  readonly time: string
  readonly message: string
  /** what else the line says */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Keeps the newest lines of the log as they were written; they are read only if somebody wants to see them. */
export class LogTail {
  readonly #lines: string[] = new Array<string>(MAX_LINES).fill('')
  #count = 0

  /** How many lines there were since the box started. */
  get count(): number {
    return this.#count
  }

  /** Takes a line of JSON. */
  write(line: string): void {
    this.#lines[this.#count % MAX_LINES] =
      line.length > MAX_LINE_LENGTH ? keptText(line, MAX_LINE_LENGTH) : line
    this.#count += 1
  }

  /** The newest that fit, the oldest of them first. @param after the number of the last line that is known */
  read(filter: LogFilter, most: number, after = 0): LogEntry[] {
    const found: LogEntry[] = []
    const oldest = Math.max(after, this.#count - MAX_LINES)
    for (let number = this.#count; number > oldest && found.length < most; number--) {
      const line = this.#lines[(number - 1) % MAX_LINES] ?? ''
      const entry = mayFit(line, filter) ? entryIn(line, number) : undefined
      if (entry && fits(entry, filter)) found.push(entry)
    }
    return found.reverse()
  }
}

/** Looks before it parses. */
function mayFit(line: string, { sessionId, text }: LogFilter): boolean {
  if (sessionId !== undefined && !line.includes(sessionId)) return false
  return text === '' || line.toLowerCase().includes(text.toLowerCase())
}

function fits({ level, fields }: LogEntry, filter: LogFilter): boolean {
  if (LEVELS.indexOf(level as Level) < LEVELS.indexOf(filter.level)) return false
  return filter.sessionId === undefined || fields.sessionId === filter.sessionId
}

function entryIn(line: string, number: number): LogEntry {
  try {
    const { level, time, message, ...fields } = JSON.parse(line) as Record<string, unknown>
    return { number, level: String(level), time: String(time), message: String(message), fields }
  } catch {
    // It was cut.
    return { number, level: 'warn', time: '', message: line, fields: {} }
  }
}
