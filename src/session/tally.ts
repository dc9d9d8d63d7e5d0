import type { Json, Tutti } from '../protocol/messages.ts'
import type { Appointment } from './agenda.ts'

/** No tally is opened for a vote that is older than this, teatime ms (TUTTI4). */
const MAX_AGE_MS = 60_000
/** How many completed tallies are remembered one by one. */
const MAX_COMPLETED = 20
/** Stands for all completed tallies that are no longer remembered one by one. */
const SENTINEL = 'sentinel'

/** Votes of one TUTTI that are still being counted. */
export interface OpenTally {
  readonly vote: Tutti
  readonly counts: Map<string, number>
  missing: number
  readonly timeout: Appointment
}

/** Counts a vote; true when it was the last one expected. */
export function countVote(tally: OpenTally, payload: string): boolean {
  tally.counts.set(payload, (tally.counts.get(payload) ?? 0) + 1)
  tally.missing -= 1
  return tally.missing === 0
}

/** The payload that tells the members how the vote went; undefined if nobody needs to know. */
export function tallyPayload(tally: OpenTally): { [key: string]: Json } | undefined {
  const { vote, counts, missing } = tally
  if (!vote.wantsVote && counts.size <= 1) return undefined
  return {
    what: 'tally',
    sendTime: vote.sendTime,
    tally: Object.fromEntries(counts),
    ...(vote.tallyTarget === undefined ? {} : { tallyTarget: vote.tallyTarget }),
    tuttiKey: vote.tuttiKey,
    missingClients: missing,
  }
}

/** Completed tallies by key, with their send time, as far back as late votes must be refused. */
export class CompletedTallies {
  #sendTimes: Map<string, number>

  constructor(entries: Iterable<readonly [tuttiKey: string, sendTime: number]>) {
    this.#sendTimes = new Map(entries)
  }

  entries(): Array<readonly [string, number]> {
    return [...this.#sendTimes]
  }

  add(tuttiKey: string, sendTime: number, time: number): void {
    this.#sendTimes.set(tuttiKey, sendTime)
    this.#forget(time)
  }

  /** Whether a vote comes too late to open a tally. */
  refuses(tuttiKey: string, sendTime: number, time: number): boolean {
    return sendTime < this.#forget(time) || this.#sendTimes.has(tuttiKey)
  }

  /** Drops what is too old or too much; the send time before which every vote is too late. */
  #forget(time: number): number {
    let limit = Math.max(0, time - MAX_AGE_MS + 1)
    const recent = [...this.#sendTimes.values()]
      .filter((sendTime) => sendTime >= limit)
      .sort((a, b) => b - a)
    let folded: number | undefined
    if (recent.length > MAX_COMPLETED) {
      limit = recent[MAX_COMPLETED - 2] ?? limit
      folded = recent[MAX_COMPLETED - 1]
    }
    for (const [key, sendTime] of this.#sendTimes) {
      if (sendTime < limit) this.#sendTimes.delete(key)
    }
    if (folded !== undefined) this.#sendTimes.set(SENTINEL, folded)
    return this.#sendTimes.get(SENTINEL) ?? limit
  }
}
