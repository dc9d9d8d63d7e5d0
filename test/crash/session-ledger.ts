import type { Frame, SyncArgs, UsersPayload, WireMessage } from '../support/wire.ts'

const INITIAL_SEQ = 0xffff_fff0
/** The payload of {@link numbered}. */
const NUMBERED = /^(\S+) (\d+) /
/** So many violations say enough. */
const MOST_VIOLATIONS = 20

/** What somebody had seen of a session at some moment: the last message, and the snapshot by its last message. */
export interface Known {
  readonly position: number
  readonly base: number
}

export const NOTHING_KNOWN: Known = { position: 0, base: 0 }

/** What a client saw, over all its connections. */
export interface Witness {
  /** @param known when this client sent its JOIN: no less may be in its SYNC */
  synced(frame: Frame, known: Known): void
  received(frame: Frame): void
  ticked(time: number): void
}

/** The payload of a sender's n-th message: text that is only the same if every byte is. */
export function numbered(sender: string, n: number): string {
  return `${sender} ${n} é"\\\u2028${'x'.repeat((n * 37) % 120)}`
}

/**
 * What is known of one session because somebody saw it, and what was wrong with it: the same message at
 * the same place for all, no place left out, time that never goes back, one timeline, each sender's
 * messages in their order, and nobody announced anew or as left who was there all the time.
 */
export class SessionLedger {
  readonly sessionId: string
  readonly violations: string[] = []
  /** all that it ever had */
  readonly timelines = new Set<string>()
  /** by position, as they were reflected */
  readonly #texts: string[] = []
  /** how many messages each sender has sent, or will have before any is seen */
  readonly #sent = new Map<string, number>()
  /** how many of each sender's were found in the history, by {@link SessionLedger.walk} */
  readonly #found = new Map<string, number>()
  /** users who are there all the time; how often each was announced */
  readonly #regulars = new Map<string, number>()
  #walked = 0
  #timeline: string | undefined
  #base = 0

  constructor(sessionId: string) {
    this.sessionId = sessionId
  }

  /** Position of the last message that anybody saw. */
  get position(): number {
    return Math.max(0, this.#texts.length - 1)
  }

  get known(): Known {
    return { position: this.position, base: this.#base }
  }

  /** How many messages the senders sent. */
  get sent(): number {
    return sum(this.#sent.values())
  }

  /** How many of them were reflected, as of the last walk. */
  get reflected(): number {
    return sum(this.#found.values())
  }

  /** What was seen after the message with this seq, as it was reflected. */
  textsAfter(seq: number): readonly string[] {
    return this.#texts.slice(positionOf(seq) + 1)
  }

  /** This user is announced once and never as left. */
  expectRegular(user: string): void {
    this.#regulars.set(user, 0)
  }

  /** Whether all regulars were announced. */
  get areRegularsAnnounced(): boolean {
    return [...this.#regulars.values()].every((times) => times > 0)
  }

  noteSent(sender: string, n: number): void {
    this.#sent.set(sender, n)
  }

  /** Whether everything that these senders sent was found. */
  hasAllOf(senders: Iterable<string>): boolean {
    this.walk()
    return [...senders].every((each) => this.#found.get(each) === this.#sent.get(each))
  }

  /** From now on another timeline is right: what was seen before does not count any more. */
  expectNewTimeline(): void {
    this.#timeline = undefined
    this.#texts.length = 0
    this.#walked = 0
    this.#base = 0
    this.#found.clear()
    for (const user of this.#regulars.keys()) this.#regulars.set(user, 0)
  }

  /** @param name of the client, for violations */
  witness(name: string): Witness {
    let position = 0
    let time = 0
    let timeline = this.#timeline
    const notBack = (now: number, what: string) => {
      if (now < time) this.#violate(`${name}: teatime went back from ${time} to ${now} in ${what}`)
      time = now
    }
    return {
      synced: (frame, known) => {
        const sync = frame.args as SyncArgs
        this.#noteTimeline(name, sync.timeline)
        if (timeline !== sync.timeline) [position, time] = [0, 0]
        timeline = sync.timeline
        notBack(sync.time, 'SYNC')
        const least = Math.max(position, known.position)
        position = this.#noteSync(name, sync, frame.text, known.base)
        if (position < least) this.#violate(`${name}: SYNC ends at ${position}, not at ${least}`)
      },
      received: (frame) => {
        const message = frame.args as WireMessage
        notBack(message[0], 'RECV')
        const next = positionOf(message[1])
        if (next !== position + 1) {
          this.#violate(`${name}: after message ${position} came ${next}`)
        }
        position = next
        // An observer that has not reported yet may have seen the timeline before.
        if (timeline === this.#timeline) this.#note(name, next, argsText(frame.text))
      },
      ticked: (now) => notBack(now, 'TICK'),
    }
  }

  /** Looks through what is new: senders' numbers and announcements. */
  walk(): void {
    for (; this.#walked < this.position; this.#walked += 1) {
      const text = this.#texts[this.#walked + 1]
      if (text === undefined) this.#violate(`nobody saw message ${this.#walked + 1}`)
      else this.#inspect((JSON.parse(text) as WireMessage)[2])
    }
  }

  #noteTimeline(name: string, timeline: string): void {
    this.timelines.add(timeline)
    if (this.#timeline === undefined) {
      this.#timeline = timeline
    } else if (this.#timeline !== timeline) {
      this.#violate(`${name}: the timeline ${this.#timeline} became ${timeline}`)
    }
  }

  /** @returns the position of the last message */
  #noteSync(name: string, sync: SyncArgs, text: string, leastBase: number): number {
    const { messages, seq, snapshotSeq } = sync
    const base = snapshotSeq === undefined ? 0 : positionOf(snapshotSeq)
    if (base < leastBase) this.#violate(`${name}: SYNC has an older snapshot than before`)
    this.#base = Math.max(this.#base, base)
    const last = base + messages.length
    if (positionOf(seq) !== last) {
      this.#violate(`${name}: SYNC has ${messages.length} messages after ${base}, but seq ${seq}`)
    }
    const texts = messages.map((message) => JSON.stringify(message))
    if (!text.endsWith(`"messages":[${texts.join(',')}]}}`)) {
      this.#violate(`${name}: SYNC is not written as its messages were`)
    }
    for (const [index, message] of messages.entries()) {
      const position = base + index + 1
      if (positionOf(message[1]) !== position) {
        this.#violate(`${name}: SYNC has seq ${message[1]} at ${position}`)
      }
      this.#note(name, position, texts[index] ?? '')
    }
    return last
  }

  #note(name: string, position: number, text: string): void {
    const known = this.#texts[position]
    if (known === undefined) this.#texts[position] = text
    else if (known !== text) {
      this.#violate(`${name}: message ${position} was ${known} and is ${text}`)
    }
  }

  #inspect(payload: unknown): void {
    if (typeof payload === 'string') {
      const [, sender, n] = NUMBERED.exec(payload) ?? []
      if (sender !== undefined) this.#inspectNumbered(payload, sender, Number(n))
    } else if ((payload as UsersPayload | null)?.what === 'users') {
      this.#inspectUsers(payload as UsersPayload)
    }
  }

  #inspectNumbered(payload: string, sender: string, n: number): void {
    const before = this.#found.get(sender) ?? 0
    if (n !== before + 1) this.#violate(`after message ${before} of ${sender} comes ${n}`)
    if (n > (this.#sent.get(sender) ?? 0) || payload !== numbered(sender, n)) {
      this.#violate(`${sender} never sent ${payload}`)
    }
    this.#found.set(sender, n)
  }

  #inspectUsers({ joined = [], left = [] }: UsersPayload): void {
    for (const user of left.map(String)) {
      if (this.#regulars.has(user)) this.#violate(`${user} was announced as left`)
    }
    for (const user of joined.map(String)) {
      const times = this.#regulars.get(user)
      if (times === undefined) continue
      if (times > 0) this.#violate(`${user} was announced again`)
      this.#regulars.set(user, times + 1)
    }
  }

  #violate(what: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push(what.slice(0, 400))
  }
}

/** Which message it is, from 1; 0 is the beginning. */
function positionOf(seq: number): number {
  return (seq - INITIAL_SEQ) >>> 0
}

/** The args of a frame as they were written. */
function argsText(text: string): string {
  return text.slice(text.indexOf('"args":') + '"args":'.length, -1)
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const each of numbers) total += each
  return total
}
