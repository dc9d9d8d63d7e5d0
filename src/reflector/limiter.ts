import { CLOSE_CODE } from '../protocol/close-code.ts'
import type { SessionCost } from '../session/ports.ts'
import { Breaches, type Culprit } from './breaches.ts'
import type { Connection } from './connection.ts'
import { logFields } from './connection-log.ts'
import { Counts } from './counts.ts'
import { HistoryBudget } from './history-budget.ts'
import type { ReflectorLimits } from './limits.ts'
import type { Clock, Log, ReflectorMetrics } from './ports.ts'
import { boundBacklogs, boundUnfinished } from './socket-memory.ts'
import { Throttle } from './throttle.ts'
import { Turnstile } from './turnstile.ts'

/** Why no session is opened, for the user who asks for it. */
const NO_ROOM = {
  sessions: 'This box runs as many sessions as it can. Try again later.',
  'sessions-per-address': 'Too many sessions were opened from your address. Try again later.',
  'histories-size': 'This box has no memory left for another session. Try again later.',
} as const

/** Keeps connections and sessions within the limits, and says so if one is met. */
export class Limiter {
  readonly budget: HistoryBudget
  readonly breaches: Breaches
  readonly #limits: ReflectorLimits
  readonly #throttle: Throttle<Connection>
  readonly #turnstile: Turnstile<Connection>
  /** running sessions, by who opened them */
  readonly #sessionsOf = new Counts()
  #sessions = 0

  constructor(
    limits: ReflectorLimits,
    parts: { readonly clock: Clock; readonly log: Log; readonly metrics: ReflectorMetrics },
  ) {
    this.#limits = limits
    this.budget = new HistoryBudget(limits)
    this.breaches = new Breaches(parts.clock, parts.log, parts.metrics)
    this.#throttle = new Throttle(limits, (connection) => this.#noteHeld(connection))
    this.#turnstile = new Turnstile(limits)
  }

  /** Whether one more connection may come from there. @param waiting those that are on their way in */
  admits(account: string | undefined, waiting: number): boolean {
    if (this.#turnstile.admits(account, waiting)) return true
    this.breaches.note('connections-per-address', culpritAt(account), 'web sockets are refused')
    return false
  }

  /** Whether so many have not joined that others are better let in slowly (LIMIT11). */
  get isCrowded(): boolean {
    return this.#turnstile.isCrowded
  }

  /** It is open. If too many have not joined, the one that waits longest has to come again. */
  entered(connection: Connection): void {
    this.#throttle.open(connection, connection.origin.account !== undefined)
    const displaced = this.#turnstile.entered(connection)
    if (!displaced) return
    const { visitor, limit } = displaced
    visitor.close(CLOSE_CODE.pleaseReconnect, 'please reconnect: too many have not joined')
    const culprit = culpritAt(visitor.origin.account, limit !== 'unjoined')
    this.breaches.note(limit, culprit, 'connections that have not joined are closed')
  }

  /** It sends what counts as so many messages. */
  charge(connection: Connection, messages: number, bytes: number): void {
    this.#throttle.charge(connection, messages, bytes)
  }

  joined(connection: Connection): void {
    this.#turnstile.joined(connection)
  }

  left(connection: Connection): void {
    this.#throttle.forget(connection)
    this.#turnstile.left(connection)
    if (connection.closedWith?.code !== CLOSE_CODE.unresponsive) return
    this.breaches.note('backlog', culprit(connection), 'a client that takes too little is closed')
  }

  frameTooLong(connection: Connection): void {
    this.breaches.note('frame-size', culprit(connection), 'a client that sent too much is closed')
  }

  /** Counts a session that is to be opened; false if there is no room, and its opener is closed. */
  opensSession(opener: Connection): boolean {
    const { account } = opener.origin
    const limit = this.#sessionLimitMet(account)
    if (limit) {
      const who = culpritAt(account, limit === 'sessions-per-address')
      this.breaches.note(limit, who, 'no session is opened')
      opener.close(CLOSE_CODE.noRoom, NO_ROOM[limit])
      return false
    }
    this.#sessions += 1
    this.#sessionsOf.add(account)
    return true
  }

  /** @param account who opened it */
  closedSession(account: string | undefined): void {
    this.#sessions -= 1
    this.#sessionsOf.remove(account)
  }

  /** To be called once a second. @param costs of all sessions */
  sweep(connections: Iterable<Connection>, costs: Iterable<SessionCost>, now: number): void {
    this.breaches.sweep(now)
    this.budget.update(costs)
    for (const connection of connections) this.#throttle.refill(connection)
    boundUnfinished(connections, (connection) => {
      const what = 'clients whose frames do not end are closed'
      this.breaches.note('unfinished-frames', culprit(connection), what)
    })
    // It is noted when they are gone.
    boundBacklogs(connections)
  }

  #sessionLimitMet(account: string | undefined): keyof typeof NO_ROOM | undefined {
    if (this.#sessions >= this.#limits.sessions) return 'sessions'
    if (this.#sessionsOf.of(account) >= this.#limits.sessionsPerAddress) {
      return 'sessions-per-address'
    }
    return this.budget.isUsedUp ? 'histories-size' : undefined
  }

  #noteHeld(connection: Connection): void {
    const limit = connection.messagesLeft < 0 ? 'messages-per-second' : 'bytes-per-second'
    this.breaches.note(limit, culprit(connection), 'a client that sends too much is slowed down')
  }
}

function culprit(connection: Connection): Culprit {
  return { key: connection.origin.connection, fields: logFields(connection, 'limit') }
}

/** @param isAlone false if the limit is one of all together: then it is one episode whoever meets it */
function culpritAt(account: string | undefined, isAlone = true): Culprit {
  return { key: (isAlone && account) || '', fields: { scope: 'process', address: account } }
}
