import type { JournalEntry } from '../session/record.ts'

/**
 * A commit as it crosses to the journal's thread: six slots per entry. A flat array is copied in half
 * the time that objects take, and most entries hold messages alone.
 */
export type CommitPayload = ReadonlyArray<string | number | undefined | RareParts>

type RareParts = Omit<JournalEntry, 'sessionId' | 'messages'>

const SLOTS = 6

export function packCommit(entries: readonly JournalEntry[]): CommitPayload {
  const payload: Array<CommitPayload[number]> = []
  for (const entry of entries) {
    const run = entry.messages
    payload.push(entry.sessionId, run?.first, run?.count, run?.text, run?.time, rarePartsOf(entry))
  }
  return payload
}

export function unpackCommit(payload: CommitPayload): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (let at = 0; at < payload.length; at += SLOTS) {
    const [sessionId, first, count, text, time, rare] = payload.slice(at, at + SLOTS) as [
      string,
      number | undefined,
      number,
      string,
      number,
      RareParts | undefined,
    ]
    entries.push({
      sessionId,
      ...(first !== undefined && { messages: { first, count, text, time } }),
      ...rare,
    })
  }
  return entries
}

function rarePartsOf({ sessionId, messages, ...rare }: JournalEntry): RareParts | undefined {
  return Object.keys(rare).length > 0 ? rare : undefined
}
