import { crc32 } from 'node:zlib'
import type { JournalEntry } from '../session/record.ts'

/** One commit as the commit log keeps it. */
export interface CommitRecord {
  /** commits of this database up to and with this one */
  readonly number: number
  readonly entries: readonly JournalEntry[]
}

const NEWLINE = 0x0a

/**
 * One line: checksum, number, entries as JSON.
 * @param databaseId the checksum is good for records of this database only
 * @throws {TypeError} if an entry cannot be written as JSON
 */
export function encodeRecord(databaseId: string, { number, entries }: CommitRecord): Buffer {
  const text = `${number} ${JSON.stringify(entries)}\n`
  return Buffer.from(`${checksum(databaseId, text)} ${text}`)
}

/** The records that a log begins with; what stands behind them is old, or was never finished. */
export function* decodeRecords(databaseId: string, log: Buffer): Generator<CommitRecord, void> {
  let before: number | undefined
  let start = 0
  for (;;) {
    const end = log.indexOf(NEWLINE, start) + 1
    const record = end > 0 ? decodeRecord(databaseId, log.toString('utf8', start, end)) : undefined
    if (!record || (before !== undefined && record.number !== before + 1)) return
    yield record
    before = record.number
    start = end
  }
}

function decodeRecord(databaseId: string, line: string): CommitRecord | undefined {
  const [, sum, text = '', number, json = ''] = /^([0-9a-f]{8}) ((\d+) (.*)\n)$/s.exec(line) ?? []
  if (sum === undefined || sum !== checksum(databaseId, text)) return undefined
  return { number: Number(number), entries: JSON.parse(json) as JournalEntry[] }
}

function checksum(databaseId: string, text: string): string {
  return crc32(text, crc32(databaseId)).toString(16).padStart(8, '0')
}
