import type { Json, Tutti } from '../protocol/messages.ts'
import type { Appointment } from './agenda.ts'
import type { TallyMemory } from './record.ts'
import { shortKey } from './short-key.ts'

/** No tally is opened for a vote that is older than this, teatime ms (TUTTI4). */
const MAX_AGE_MS = 60_000
/** How many completed tallies are remembered one by one. */
const MAX_COMPLETED = 20

/** A session counts no more votes at a time than these tallies (LIMIT14); clients have one or two. */
const MAX_OPEN = 100
/** The payloads of one tally are not longer in all (UTF-16 units): they become one message. */
const MAX_PAYLOADS_LENGTH = 1_000_000
/** Those of all open tallies are not longer together: they can all be due at once. */
const MAX_OPEN_PAYLOADS_LENGTH = 2_000_000

/** What it is that is voted on: that of the first vote counts. */
type Question = Pick<Tutti, 'tuttiKey' | 'sendTime' | 'wantsVote' | 'tallyTarget'>

/** Votes of one TUTTI that are still being counted. */
export interface OpenTally {
  readonly question: Question
  readonly counts: Map<string, number>
  /** of the payloads (UTF-16 units) */
  payloadsLength: number
  missing: number
  readonly timeout: Appointment
}

/** Tallies that are still open, by key. */
export class OpenTallies {
  readonly #tallies = new Map<string, OpenTally>()
  #length = 0
  #payloadsLength = 0

  /** What they keep, in UTF-16 units. */
  get length(): number {
    return this.#length + this.#payloadsLength
  }

  get isFull(): boolean {
    return this.#tallies.size >= MAX_OPEN
  }

  get(tuttiKey: string): OpenTally | undefined {
    return this.#tallies.get(tuttiKey)
  }

  open(tally: OpenTally): void {
    this.#tallies.set(tally.question.tuttiKey, tally)
    this.#length += questionLength(tally)
  }

  close(tally: OpenTally): void {
    this.#tallies.delete(tally.question.tuttiKey)
    this.#length -= questionLength(tally)
    this.#payloadsLength -= tally.payloadsLength
  }

  /** Counts a vote, unless there is no room for its payload; tells whether it was the last one expected. */
  count(tally: OpenTally, payload: string): 'no room' | 'counted' | 'complete' {
    const votes = tally.counts.get(payload) ?? 0
    if (votes === 0) {
      if (!this.#hasRoom(tally, payload)) return 'no room'
      tally.payloadsLength += payload.length
      this.#payloadsLength += payload.length
    }
    tally.counts.set(payload, votes + 1)
    tally.missing -= 1
    return tally.missing === 0 ? 'complete' : 'counted'
  }

  #hasRoom({ payloadsLength }: OpenTally, { length }: string): boolean {
    if (payloadsLength + length > MAX_PAYLOADS_LENGTH) return false
    return this.#payloadsLength + length <= MAX_OPEN_PAYLOADS_LENGTH
  }
}

function questionLength({ question: { tuttiKey, tallyTarget } }: OpenTally): number {
  return tuttiKey.length + (JSON.stringify(tallyTarget)?.length ?? 0)
}

/** The payload that tells the members how the vote went; undefined if nobody needs to know. */
export function tallyPayload(tally: OpenTally): { [key: string]: Json } | undefined {
  const { question, counts, missing } = tally
  if (!question.wantsVote && counts.size <= 1) return undefined
  return {
    what: 'tally',
    sendTime: question.sendTime,
    tally: Object.fromEntries(counts),
    ...(question.tallyTarget === undefined ? {} : { tallyTarget: question.tallyTarget }),
    tuttiKey: question.tuttiKey,
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
    this.#sendTimes.set(shortKey(tuttiKey), Math.min(sendTime, time))
    this.#forget(time)
  }

  /** Whether a vote comes too late to open a tally. */
  refuses(tuttiKey: string, sendTime: number, time: number): boolean {
    const tooOld = Math.max(time - MAX_AGE_MS, this.#forgottenTime)
    return sendTime <= tooOld || this.#sendTimes.has(shortKey(tuttiKey))
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
