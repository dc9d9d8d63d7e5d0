import type { Json, Tutti } from '../protocol/messages.ts'
import type { Appointment } from './agenda.ts'
import type { TallyMemory } from './record.ts'

/** No tally is opened for a vote that is older than this, teatime ms (TUTTI4). */
const MAX_AGE_MS = 60_000
/** How many completed tallies are remembered one by one. */
const MAX_COMPLETED = 20

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
  readonly #sendTimes: Map<string, number>
  /** send time of the newest tally that is no longer remembered by itself; −1: all are */
  #forgottenTime: number

  constructor({ remembered, forgottenTime }: TallyMemory) {
    this.#sendTimes = new Map(remembered)
    this.#forgottenTime = forgottenTime
  }

  get memory(): TallyMemory {
    return { remembered: [...this.#sendTimes], forgottenTime: this.#forgottenTime }
  }

  /** @param time teatime now: a tally is never taken for one from the future, which would outlast all */
  add(tuttiKey: string, sendTime: number, time: number): void {
    this.#sendTimes.set(tuttiKey, Math.min(sendTime, time))
    this.#forget(time)
  }

  /** Whether a vote comes too late to open a tally. */
  refuses(tuttiKey: string, sendTime: number, time: number): boolean {
    const tooOld = Math.max(time - MAX_AGE_MS, this.#forgottenTime)
    return sendTime <= tooOld || this.#sendTimes.has(tuttiKey)
  }

  #forget(time: number): void {
    for (const [key, sendTime] of this.#sendTimes) {
      if (sendTime <= time - MAX_AGE_MS) this.#sendTimes.delete(key)
    }
    const oldestFirst = [...this.#sendTimes].sort(([, a], [, b]) => a - b)
    for (const [key, sendTime] of oldestFirst.slice(0, -MAX_COMPLETED)) {
      this.#sendTimes.delete(key)
      this.#forgottenTime = Math.max(this.#forgottenTime, sendTime)
    }
  }
}
