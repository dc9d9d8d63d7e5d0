import { lengthOf } from '../session/entry-length.ts'
import { mergedChange } from '../session/presence-change.ts'
import type { JournalEntry, NewMessages } from '../session/record.ts'

/** A run ends when it has become so long (UTF-16 units): it is deleted as a whole when nobody needs it. */
const LONG_RUN = 250_000

/**
 * What is committed and on its way into the database, as few entries as possible: a session's messages
 * become one run, and of what changed twice only the last counts.
 */
export class Backlog {
  readonly #entries: JournalEntry[] = []
  /** index of each session's newest entry */
  readonly #newest = new Map<string, number>()
  #length = 0
  #hasSaved = false

  /** How much was added, roughly (UTF-16 units). */
  get length(): number {
    return this.#length
  }

  /** All of it, in order. */
  get entries(): readonly JournalEntry[] {
    return this.#entries
  }

  /** Whether it may have something that whoever loads this session has to see. */
  concerns(sessionId: string): boolean {
    return this.#hasSaved || this.#newest.has(sessionId)
  }

  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#addOne(entry)
  }

  /** Forgets what the session did, but not what it saved for the next one. */
  drop(sessionId: string): void {
    for (const [index, entry] of this.#entries.entries()) {
      if (entry.sessionId !== sessionId) continue
      const { saved } = entry
      this.#entries[index] = saved ? { sessionId, saved } : { sessionId }
    }
  }

  #addOne(entry: JournalEntry): void {
    this.#length += lengthOf(entry)
    this.#hasSaved ||= entry.saved !== undefined
    const index = this.#newest.get(entry.sessionId)
    const before = index === undefined ? undefined : this.#entries[index]
    const both = before && merged(before, entry)
    if (both && index !== undefined) this.#entries[index] = both
    else this.#newest.set(entry.sessionId, this.#entries.push(entry) - 1)
  }
}

/** One entry for two that follow each other; undefined if they have to stay two. */
function merged(before: JournalEntry, after: JournalEntry): JournalEntry | undefined {
  const { sessionId, messages } = before
  if (isTimeOnly(after)) {
    return { ...before, reservedTime: Math.max(before.reservedTime ?? 0, after.reservedTime) }
  }
  if (isTimeOnly(before) && (after.messages || hasTime(after))) return after
  if (isMessagesOnly(before) && isMessagesOnly(after)) {
    if (!messages || !after.messages || messages.text.length > LONG_RUN) return undefined
    return { sessionId, messages: joined(messages, after.messages) }
  }
  // Another state begins another timeline.
  const isMore = isStateOnly(before) && isStateOnly(after) && !after.state
  return isMore ? withMore(before, after) : undefined
}

/** A reserved time alone: messages or a state that follow have a time of their own, which counts. */
function isTimeOnly(entry: JournalEntry): entry is JournalEntry & { reservedTime: number } {
  return entry.reservedTime !== undefined && !entry.messages && !hasMore(entry)
}

/** Messages, and perhaps a reserved time. */
function isMessagesOnly(entry: JournalEntry): boolean {
  return entry.messages !== undefined && !hasMore(entry)
}

/** Whether it has more than messages and a reserved time. */
function hasMore({ state, changes, snapshot, presence, saved }: JournalEntry): boolean {
  return Boolean(state || changes || snapshot || presence || saved)
}

function isStateOnly({ messages, snapshot, saved }: JournalEntry): boolean {
  return !(messages || snapshot || saved)
}

/** Whether it sets the time, even back: then it does not matter what was reserved before. */
function hasTime({ state, changes }: JournalEntry): boolean {
  return state !== undefined || changes?.time !== undefined
}

function withMore(before: JournalEntry, after: JournalEntry): JournalEntry {
  const { reservedTime: earlier, ...rest } = before
  const { reservedTime: later = 0 } = after
  const reservedTime = hasTime(after) ? later : Math.max(earlier ?? 0, later)
  const changes = before.changes && after.changes && { ...before.changes, ...after.changes }
  const presence =
    before.presence && after.presence && mergedChange(before.presence, after.presence)
  return {
    ...rest,
    ...after,
    ...(reservedTime > 0 && { reservedTime }),
    ...(changes && { changes }),
    ...(presence && { presence }),
  }
}

function joined(earlier: NewMessages, later: NewMessages): NewMessages {
  const { first, count, text } = earlier
  return { first, count: count + later.count, text: `${text},${later.text}`, time: later.time }
}
