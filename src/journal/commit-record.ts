import { crc32 } from 'node:zlib'
import type { JournalEntry } from '../session/record.ts'
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

/** What the checksums of a database's records start from: they are good for no other one. */
export function checksumSeed(databaseId: string): number {
  return crc32(databaseId)
}

/**
 * One line: checksum, number, entries as JSON.
 * @param seed of the database, see {@link checksumSeed}
 * @throws {TypeError} if an entry cannot be written as JSON
 */
export function encodeRecord(seed: number, { number, entries }: CommitRecord): Buffer {
  const record = Buffer.from(`${''.padEnd(SUM_LENGTH)}${number} ${JSON.stringify(entries)}\n`)
  record.write(checksum(seed, record.subarray(SUM_LENGTH)), 'latin1')
  return record
}

/**
 * The records of a log, in order. Lines are passed over that are old, were never finished, or are damaged:
 * then a number is missing.
 */
export function* decodeRecords(seed: number, log: Buffer): Generator<CommitRecord, void> {
  let newest = -Infinity
  let start = 0
  for (let end = 0; ; start = end) {
    end = log.indexOf(NEWLINE, start) + 1
    if (end === 0) return
    const record = decodeRecord(seed, log.subarray(start, end))
    if (!record || record.number <= newest) continue
    yield record
    newest = record.number
  }
}

function decodeRecord(seed: number, line: Buffer): CommitRecord | undefined {
  const body = line.subarray(SUM_LENGTH)
  if (line.toString('latin1', 0, SUM_LENGTH) !== `${checksum(seed, body)} `) return undefined
  const text = body.toString()
  const numberEnd = text.indexOf(' ')
  return {
    number: Number(text.slice(0, numberEnd)),
    entries: (JSON.parse(text.slice(numberEnd)) as JournalEntry[]).map(upToDate),
  }
}

function checksum(seed: number, body: Buffer): string {
  return crc32(body, seed)
    .toString(16)
    .padStart(SUM_LENGTH - 1, '0')
}
