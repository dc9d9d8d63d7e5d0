import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'
import type { Connection } from './connection.ts'
import { PASS_ENDED } from './pass.ts'
import type { Clock, Pass, Timers } from './ports.ts'

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

/** Nobody else waits because a crowd goes: so many are pinged in a turn of the event loop… */
const PINGS_A_TURN = 16
/** …or closed, and others after so many ms: there is more to do when their answers come. */
const CLOSINGS_A_TURN = 2
const CLOSING_PAUSE_MS = 4

/** What it has to know of a connection, and does with it. */
export type Watched = Pick<
  Connection,
  'since' | 'lastHeard' | 'lastPinged' | 'isOpen' | 'isStuck' | 'cutIfOverdue' | 'close' | 'ping'
> & {
  readonly stage: { readonly tag: string }
  readonly origin: { readonly pass: Pick<Pass, 'isGood'> }
}

export interface LivenessParts<C> {
  readonly clock: Pick<Clock, 'now'>
  readonly timers: Pick<Timers, 'soon' | 'after'>
  /** Whether its session has members. */
  readonly hasCompany: (connection: C) => boolean
  /** Whether it is not read from: its silence is none of its own. */
  readonly isHeld: (connection: C) => boolean
}

/**
 * Closes connections that never join, take nothing, are no longer there or no longer allowed, wherever they
 * come from.
 */
export class Liveness<C extends Watched> {
  readonly #parts: LivenessParts<C>
  /** whom the round that is under way has still to come to */
  #rest: Iterator<C> | undefined

  constructor(parts: LivenessParts<C>) {
    this.#parts = parts
  }

  /** Goes round all of them, unless it is still under way. */
  check(connections: ReadonlySet<C>): void {
    if (this.#rest) return
    this.#rest = connections.values()
    this.#goOn(this.#rest)
  }

  #goOn(rest: Iterator<C>): void {
    const { clock, timers } = this.#parts
    const now = clock.now()
    const done = { nothing: 0, ping: 0, closing: 0 }
    while (done.ping < PINGS_A_TURN && done.closing < CLOSINGS_A_TURN) {
      const next = rest.next()
      if (next.done) {
        this.#rest = undefined
        return
      }
      done[this.#treat(next.value, now)] += 1
    }
    const goOn = () => this.#goOn(rest)
    if (done.closing > 0) timers.after(CLOSING_PAUSE_MS, goOn)
    else timers.soon(goOn)
  }

  /** @returns what there was to do */
  #treat(connection: C, now: number): 'nothing' | 'ping' | 'closing' {
    if (this.#parts.isHeld(connection)) connection.lastHeard = now
    if (!connection.isOpen) return connection.cutIfOverdue(now) ? 'closing' : 'nothing'
    const ending = this.#endingOf(connection, now)
    if (ending) {
      connection.close(...ending)
      return 'closing'
    }
    const isDue =
      now - connection.lastHeard >= PING_AFTER_MS && now - connection.lastPinged >= PING_INTERVAL_MS
    if (!isDue) return 'nothing'
    connection.ping(now)
    return 'ping'
  }

  /** Why it is to be closed, if it is. */
  #endingOf(connection: C, now: number): [code: CloseCode, reason: string] | undefined {
    const { origin, stage, since, lastHeard } = connection
    if (!origin.pass.isGood()) return [CLOSE_CODE.noAccess, PASS_ENDED]
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
