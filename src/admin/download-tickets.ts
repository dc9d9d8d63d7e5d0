import { randomBytes } from 'node:crypto'
import type { Pass } from '../access/pass.ts'

/** 128 bits. */
const TICKET_BYTES = 16
/** As long as a browser takes to begin a download (ms). */
const LIFE_MS = 60_000
/** That wait to be used; more end the oldest. */
const MOST_TICKETS = 100

interface Ticket {
  readonly pass: Pass
  readonly endsAt: number
}

/**
 * A browser that saves a file under way can bring no token. The page gets a ticket for it, which is good once, for a
 * minute, and for as long as that by which the page was let in.
 */
export class DownloadTickets {
  readonly #now: () => number
  readonly #tickets = new Map<string, Ticket>()

  /** @param now monotonic, ms */
  constructor(now: () => number) {
    this.#now = now
  }

  make(pass: Pass): string {
    const [oldest] = this.#tickets.keys()
    if (oldest !== undefined && this.#tickets.size >= MOST_TICKETS) this.#tickets.delete(oldest)
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    this.#tickets.set(ticket, { pass, endsAt: this.#now() + LIFE_MS })
    return ticket
  }

  /** @returns what its maker was let in by; undefined if it is not good, or not any more */
  use(ticket: string): Pass | undefined {
    const found = this.#tickets.get(ticket)
    this.#tickets.delete(ticket)
    return found && this.#now() < found.endsAt && found.pass.isGood() ? found.pass : undefined
  }
}
