import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'
import type { Connection } from './connection.ts'
import { PASS_ENDED } from './pass.ts'
import type { Clock, Pass, Timers } from './ports.ts'
import { Round, type Treated } from './round.ts'

/** How often connections are looked at (ms). */
export const SWEEP_INTERVAL_MS = 1000
/** A connection must join within this if nobody is in its session (ms, LIVE1)… */
const JOIN_TIMEOUT_MS = 7000
/** …and within this otherwise. */
const JOIN_TIMEOUT_IN_COMPANY_MS = 35_000
/** After this much silence it is pinged (ms, LIVE2), so often. */
const PING_AFTER_MS = 35_000
const PING_INTERVAL_MS = 5000
/** After this much silence it is closed (ms, LIVE3). */
const SILENCE_LIMIT_MS = 60_000

/** What it has to know of a connection, and does with it. */
export type Watched = Pick<
  Connection,
  | 'since'
  | 'lastHeard'
  | 'lastPinged'
  | 'isOpen'
  | 'isHeld'
  | 'isStuck'
  | 'cutIfOverdue'
  | 'close'
  | 'ping'
> & {
  readonly stage: { readonly tag: string }
  readonly origin: { readonly pass: Pick<Pass, 'isGood'> }
}

export interface LivenessParts<C> {
  readonly clock: Pick<Clock, 'now'>
  readonly timers: Pick<Timers, 'soon' | 'after'>
  /** Whether its session has members. */
  readonly hasCompany: (connection: C) => boolean
}

/**
 * Closes connections that never join, take nothing, are no longer there or no longer allowed, wherever they
 * come from.
 */
export class Liveness<C extends Watched> {
  readonly #parts: LivenessParts<C>
  /** asks whether they may be there, and are: what must not wait for a crowd that goes */
  readonly #asking: Round<C>
  readonly #closing: Round<C>

  constructor(parts: LivenessParts<C>) {
    this.#parts = parts
    this.#asking = new Round(parts.timers, (connection) => this.#ask(connection))
    this.#closing = new Round(parts.timers, (connection) => this.#closeIfDue(connection))
  }

  /** Goes round all of them, unless it is still under way. */
  check(connections: ReadonlySet<C>): void {
    this.#asking.begin(connections)
    this.#closing.begin(connections)
  }

  stop(): void {
    this.#asking.stop()
    this.#closing.stop()
  }

  #ask(connection: C): Treated {
    // Whoever is cut off may leave megabytes behind that the system has to clear away.
    if (!connection.isOpen) return 'nothing'
    if (!connection.origin.pass.isGood()) {
      connection.close(CLOSE_CODE.noAccess, PASS_ENDED)
      return 'little'
    }
    const now = this.#parts.clock.now()
    if (connection.isHeld) connection.lastHeard = now
    const isDue =
      now - connection.lastHeard >= PING_AFTER_MS && now - connection.lastPinged >= PING_INTERVAL_MS
    if (!isDue) return 'nothing'
    connection.ping(now)
    return 'little'
  }

  #closeIfDue(connection: C): Treated {
    const now = this.#parts.clock.now()
    if (!connection.isOpen) return connection.cutIfOverdue(now) ? 'much' : 'nothing'
    const ending = this.#endingOf(connection, now)
    if (!ending) return 'nothing'
    connection.close(...ending)
    return 'much'
  }

  /** Why it is to be closed, if it is. */
  #endingOf(connection: C, now: number): [code: CloseCode, reason: string] | undefined {
    const { stage, since } = connection
    const lastHeard = connection.isHeld ? now : connection.lastHeard
    if (stage.tag === 'connected') {
      const timeout = this.#parts.hasCompany(connection)
        ? JOIN_TIMEOUT_IN_COMPANY_MS
        : JOIN_TIMEOUT_MS
      if (now - since >= timeout) return [CLOSE_CODE.neverJoined, 'client never joined']
    }
    if (connection.isStuck(now)) return [CLOSE_CODE.unresponsive, 'client unresponsive']
    const isSilent = now - lastHeard >= SILENCE_LIMIT_MS
    return isSilent ? [CLOSE_CODE.inactive, 'client inactive'] : undefined
  }
}
