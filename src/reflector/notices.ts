/** A page may show a notice late, as a tab in the background does. The newest so many are known. */
const MOST_KEPT = 20

/** How a notice got on. */
export interface NoticeCounts {
  readonly id: number
  /** how many connections it was sent to */
  readonly told: number
  /** how many of them said that it was on the screen */
  readonly seen: number
}

interface Sent extends NoticeCounts {
  readonly sessionId: string
  /** told, and did not answer yet; it keeps no closed connection alive */
  readonly waiting: WeakSet<object>
  seen: number
}

/**
 * The notices of an admin, and how many pages have shown them. Clients do not tell: the box's own script
 * in its pages does. What it says counts once, for the connection that says it, and only if that was told.
 */
export class Notices {
  readonly #sent = new Map<number, Sent>()
  #lastId = 0

  /** @param send sends it under this id; returns the connections that it goes to */
  send(sessionId: string, send: (id: number) => readonly object[]): NoticeCounts {
    this.#lastId += 1
    const id = this.#lastId
    const receivers = send(id)
    const told = receivers.length
    if (told === 0) return { id, told, seen: 0 }
    this.#sent.set(id, { id, sessionId, told, seen: 0, waiting: new WeakSet(receivers) })
    const [oldest = id] = this.#sent.keys()
    if (this.#sent.size > MOST_KEPT) this.#sent.delete(oldest)
    return { id, told, seen: 0 }
  }

  /** The page of a connection says that a notice is on the screen. */
  seen(connection: object, id: number): void {
    const sent = this.#sent.get(id)
    if (sent?.waiting.delete(connection)) sent.seen += 1
  }

  /** Undefined: there was no such notice in that session, or it was too long ago. */
  counts(sessionId: string, id: number): NoticeCounts | undefined {
    const sent = this.#sent.get(id)
    return sent?.sessionId === sessionId ? { id, told: sent.told, seen: sent.seen } : undefined
  }
}
