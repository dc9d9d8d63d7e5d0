import { crc32 } from 'node:zlib'
import { lengthOf, lengthOfAll } from '../session/entry-length.ts'
import type { JournalEntry } from '../session/record.ts'
import { type RefusedSessions, SessionsRefusedError } from '../session/session-store.ts'
import { upToDate } from './old-entry.ts'

/** One commit as the commit log keeps it. */
export interface CommitRecord {
  /** commits of this database up to and with this one */
  readonly number: number
  readonly entries: readonly JournalEntry[]
}

const NEWLINE = 0x0a

/** Hexadecimal digits of a checksum, and a space. */
const SUM_LENGTH = 9

/** Stands behind the number in a line after which the record goes on in the next. */
const MORE = '+'

/**
 * A line holds no more entries when they have become so long (UTF-16 units, as `lengthOf` counts): no text or
 * buffer is made that is much longer, however long a commit is.
 */
const MAX_LINE_LENGTH = 4_000_000

/** What the checksums of a database's records start from: they are good for no other one. */
export function checksumSeed(databaseId: string): number {
  return crc32(databaseId)
}

/**
 * A record as lines: checksum, number, entries as JSON. One line is enough for most. In a longer record each is
 * marked but the last, and its checksum goes on from that of the line before: the record is there as a whole
 * or not at all, also if others that were never finished lay in its place. The lines are made one by one.
 * @param seed of the database, see {@link checksumSeed}
 * @throws {SessionsRefusedError} while they are made, if an entry cannot be written as JSON
 */
export function encodeRecord(seed: number, record: CommitRecord): Iterable<Buffer> {
  const { number, entries } = record
  if (lengthOfAll(entries) > MAX_LINE_LENGTH) return encodeLines(seed, record)
  return [encodeLine(seed, `${number}`, entries)]
}

function* encodeLines(seed: number, { number, entries }: CommitRecord): Generator<Buffer> {
  let sum = seed
  let slice: JournalEntry[] = []
  let length = 0
  for (const entry of entries) {
    const added = lengthOf(entry)
    if (slice.length > 0 && length + added > MAX_LINE_LENGTH) {
      const line = encodeLine(sum, `${number}${MORE}`, slice)
      sum = sumOf(line)
      yield line
      slice = []
      length = 0
    }
    slice.push(entry)
    length += added
  }
  yield encodeLine(sum, `${number}`, slice)
}

function encodeLine(seed: number, number: string, entries: readonly JournalEntry[]): Buffer {
  const line = Buffer.from(`${''.padEnd(SUM_LENGTH)}${number} ${jsonOf(entries)}\n`)
  line.write(digits(crc32(line.subarray(SUM_LENGTH), seed)), 'latin1')
  return line
}

function jsonOf(entries: readonly JournalEntry[]): string {
  try {
    return JSON.stringify(entries)
  } catch (error) {
    const refused = refusedOf(entries)
    throw refused.size > 0 ? new SessionsRefusedError(refused) : error
  }
}

/** Whose entries cannot be written as JSON. */
function refusedOf(entries: readonly JournalEntry[]): RefusedSessions {
  const refused = new Map<string, Error>()
  for (const entry of entries) {
    try {
      JSON.stringify(entry)
    } catch (error) {
      refused.set(entry.sessionId, error as Error)
    }
  }
  return refused
}

/**
 * The records of a log, in order. Lines are passed over that are old, were never finished, or are damaged:
 * then a number is missing.
 */
export function* decodeRecords(seed: number, log: Buffer): Generator<CommitRecord, void> {
  let newest = -Infinity
  let begun: Line | undefined
  for (const bytes of linesOf(log)) {
    const next: Line | undefined = begun && decodeLine(begun.sum, bytes)
    const line = begun && next ? joined(begun, next) : decodeLine(seed, bytes)
    begun = line?.isMore ? line : undefined
    if (!line || line.isMore || line.number <= newest) continue
    yield { number: line.number, entries: line.entries }
    newest = line.number
  }
}

/** One line of a record, or its lines until then. */
interface Line extends CommitRecord {
  readonly sum: number
  readonly isMore: boolean
}

function joined(begun: Line, next: Line): Line | undefined {
  if (next.number !== begun.number) return undefined
  return { ...next, entries: [...begun.entries, ...next.entries] }
}

function* linesOf(log: Buffer): Generator<Buffer> {
  let start = 0
  for (let end = 0; ; start = end) {
    end = log.indexOf(NEWLINE, start) + 1
    if (end === 0) return
    yield log.subarray(start, end)
  }
}

function decodeLine(seed: number, line: Buffer): Line | undefined {
  const body = line.subarray(SUM_LENGTH)
  const sum = crc32(body, seed)
  if (line.toString('latin1', 0, SUM_LENGTH) !== `${digits(sum)} `) return undefined
  const text = body.toString()
  const numberEnd = text.indexOf(' ')
  const number = text.slice(0, numberEnd)
  return {
    sum,
    number: Number.parseInt(number, 10),
    isMore: number.endsWith(MORE),
    entries: (JSON.parse(text.slice(numberEnd)) as JournalEntry[]).map(upToDate),
  }
}

function sumOf(line: Buffer): number {
  return Number.parseInt(line.toString('latin1', 0, SUM_LENGTH), 16)
}

function digits(sum: number): string {
  return sum.toString(16).padStart(SUM_LENGTH - 1, '0')
}
