import { joinArgs, RawClient, randomSessionId } from '../support/raw-client.ts'
import { poll } from './poll.ts'
import type { Random } from './random.ts'
import { LEAVE_DELAY_MS, ReturningClient } from './returning-client.ts'
import { SessionLedger } from './session-ledger.ts'

/** Everybody is back by then (ms). */
const BACK_TIMEOUT_MS = 20_000

export interface CrowdOptions {
  readonly reflectorUrl: string
  readonly random: Random
  readonly sessions: number
  readonly clientsPerSession: number
  /** ms between two messages of one client; undefined: they send when told to */
  readonly everyMs?: number
}

/** Raw clients in several sessions, and the ledgers of what they saw. */
export class Crowd {
  readonly ledgers: readonly SessionLedger[]
  readonly clients: readonly ReturningClient[]
  readonly #options: CrowdOptions
  readonly #guests = new Set<RawClient>()

  constructor(options: CrowdOptions) {
    const { sessions, clientsPerSession, ...rest } = options
    this.#options = options
    this.ledgers = Array.from({ length: sessions }, () => new SessionLedger(randomSessionId()))
    this.clients = this.ledgers.flatMap((ledger, session) =>
      Array.from({ length: clientsPerSession }, (_, index) => {
        const user = `s${session}c${index}`
        ledger.expectRegular(user)
        return new ReturningClient({ ...rest, ledger, user })
      }),
    )
  }

  /** ms of each outage, of all clients. */
  get outages(): number[] {
    return this.clients.flatMap(({ outages }) => outages)
  }

  get violations(): string[] {
    return this.ledgers.flatMap(({ violations }) => violations)
  }

  /** Resolves when all are in, and were announced. */
  async start(): Promise<void> {
    for (const client of this.clients) client.start()
    await this.everybodyIn()
    await poll('all are announced', BACK_TIMEOUT_MS, () => {
      for (const ledger of this.ledgers) ledger.walk()
      return this.ledgers.every((ledger) => ledger.areRegularsAnnounced)
    })
  }

  everybodyIn(): Promise<void> {
    return poll('all are back', BACK_TIMEOUT_MS, () => this.clients.every(({ isIn }) => isIn))
  }

  send(count: number): void {
    for (const client of this.clients) client.send(count)
  }

  /** From now on they send only what they are told to. */
  pause(): void {
    for (const client of this.clients) client.pause()
  }

  /** So many begin to join each session, and leave when the box is gone. */
  inviteGuests(perSession: number): void {
    for (const ledger of this.ledgers) {
      for (let index = 0; index < perSession; index += 1) void this.#visit(ledger)
    }
  }

  /** What a newcomer to each session gets has to be what was seen. */
  async check(): Promise<void> {
    for (const ledger of this.ledgers) await checkHistory(this.#options.reflectorUrl, ledger)
    for (const ledger of this.ledgers) ledger.walk()
  }

  async stop(): Promise<void> {
    for (const guest of this.#guests) guest.terminate()
    await Promise.all(this.clients.map((client) => client.stop()))
  }

  async #visit({ sessionId }: SessionLedger): Promise<void> {
    const guest = new RawClient(this.#options.reflectorUrl, sessionId)
    this.#guests.add(guest)
    try {
      await guest.opened()
      await guest.join({ leaveDelay: LEAVE_DELAY_MS })
      await guest.closed()
    } catch {
      // The box ended before the guest was in: what guests are for.
    } finally {
      this.#guests.delete(guest)
    }
  }
}

/**
 * Compares the SYNC of a newcomer, whom nobody notices, with what was seen, and looks for its snapshot.
 * @param leaveDelay of the session, which every joiner sets
 */
export async function checkHistory(
  reflectorUrl: string,
  ledger: SessionLedger,
  leaveDelay = LEAVE_DELAY_MS,
): Promise<void> {
  const newcomer = new RawClient(reflectorUrl, ledger.sessionId)
  try {
    await newcomer.opened()
    const { known } = ledger
    newcomer.send('JOIN', joinArgs({ user: undefined, leaveDelay }))
    const sync = await newcomer.next('SYNC')
    ledger.witness('newcomer').synced(sync, known)
    const { url } = sync.args
    if (url !== '' && !(await fetch(url, { method: 'HEAD' })).ok) {
      ledger.violations.push(`the snapshot that SYNC names is not there: ${url}`)
    }
  } finally {
    newcomer.terminate()
  }
}
