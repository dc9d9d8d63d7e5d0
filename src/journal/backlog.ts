import type { JournalEntry, NewMessages } from '../session/record.ts'

/** A run ends when it has become so long (UTF-16 units): it is deleted as a whole when nobody needs it. */
const LONG_RUN = 250_000

/** What is committed and on its way into the database: messages of a session become one run if they can. */
export class Backlog {
  #entries: JournalEntry[] = []
  /** index of each session's newest entry, if it has messages alone */
  readonly #growing = new Map<string, number>()
  #length = 0

  /** How much it is, in UTF-16 units of messages. */
  get length(): number {
    return this.#length
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  add(entries: readonly JournalEntry[]): void {
    for (const entry of entries) this.#addOne(entry)
  }

  /** All of it, in order; then there is nothing left. */
  take(): readonly JournalEntry[] {
    const entries = this.#entries
    this.#entries = []
    this.#growing.clear()
    this.#length = 0
    return entries
  }

  #addOne(entry: JournalEntry): void {
    const { sessionId, messages } = entry
    this.#length += messages?.text.length ?? 0
    const index = this.#growing.get(sessionId)
    const before = index === undefined ? undefined : this.#entries[index]
    if (!messages || hasMore(entry)) this.#growing.delete(sessionId)
    else if (index !== undefined && before?.messages && before.messages.text.length < LONG_RUN) {
      this.#entries[index] = { sessionId, messages: both(before.messages, messages) }
      return
    } else this.#growing.set(sessionId, this.#entries.length)
    this.#entries.push(entry)
  }
}

function hasMore({ state, snapshot, presence, saved }: JournalEntry): boolean {
  return Boolean(state ?? snapshot ?? presence ?? saved)
}

function both(earlier: NewMessages, later: NewMessages): NewMessages {
  const { first, count, text } = earlier
  return { first, count: count + later.count, text: `${text},${later.text}`, time: later.time }
}
