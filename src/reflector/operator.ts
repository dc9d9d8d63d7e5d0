import { CLOSE_CODE } from '../protocol/close-code.ts'
import type { Info } from '../protocol/encode.ts'
import type { JoinCost } from '../session/ports.ts'
import type { Connection } from './connection.ts'
import type { NoticeCounts, Notices } from './notices.ts'
import type { Clock, SessionLabel, Visitor } from './ports.ts'
import type { SessionHost } from './session-host.ts'
import { visitorOf } from './visitor.ts'

/** Close reasons, for the users who are sent away. */
const DISCONNECTED = 'Whoever runs this box has disconnected you. Reload the page to come back.'
const CLOSED = 'Whoever runs this box has closed the session. Reload the page to open it again.'
const DELETED = 'Whoever runs this box has deleted the session. Reload the page to start a new one.'

/** A running session. */
export interface SessionFacts extends SessionLabel {
  readonly id: string
  /** as many as hear it */
  readonly users: number
  /** when it was opened, ms since 1970 */
  readonly startedAt: number
  /** reflected since then; bytes are UTF-16 units of their JSON */
  readonly reflected: Readonly<Record<'messages' | 'bytes', number>>
  readonly joinCost: JoinCost
  /** path of the snapshot that joiners start from */
  readonly snapshotPath: string | undefined
}

/** Somebody in a running session. */
export interface MemberFacts extends Visitor {
  /** when the connection was accepted, ms since 1970 */
  readonly since: number
  /** the client's last round trip, ms; undefined while it told none */
  readonly latencyMs: number | undefined
  /** messages and bytes, in and out */
  readonly traffic: Readonly<Record<'mi' | 'mo' | 'bi' | 'bo', number>>
}

/** What whoever runs the box sees of its sessions, and does to them. Undefined stands for: it does not run. */
export class Operator {
  readonly #hosts: ReadonlyMap<string, SessionHost>
  readonly #connections: ReadonlySet<Connection>
  readonly #clock: Clock
  readonly #notices: Notices
  /** of each session that is being removed, how often at once */
  readonly #removals = new Map<string, number>()

  constructor(parts: {
    readonly hosts: ReadonlyMap<string, SessionHost>
    readonly connections: ReadonlySet<Connection>
    readonly clock: Clock
    readonly notices: Notices
  }) {
    this.#hosts = parts.hosts
    this.#connections = parts.connections
    this.#clock = parts.clock
    this.#notices = parts.notices
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** Sessions that are in memory, or about to be. */
  get sessionCount(): number {
    return this.#hosts.size
  }

  *sessions(): Iterable<SessionFacts> {
    for (const host of this.#hosts.values()) {
      const facts = factsOf(host)
      if (facts) yield facts
    }
  }

  session(sessionId: string): SessionFacts | undefined {
    const host = this.#hosts.get(sessionId)
    return host && factsOf(host)
  }

  members(sessionId: string): MemberFacts[] {
    const members = [...(this.#hosts.get(sessionId)?.session?.members ?? [])]
    const wallOffset = this.#clock.wallTime() - this.#clock.now()
    return members
      .filter(({ isOpen }) => isOpen)
      .map((member) => ({
        ...visitorOf(member),
        since: Math.round(member.since + wallOffset),
        latencyMs: member.latencyMs,
        traffic: { ...member.traffic },
      }))
  }

  /** How many clients were asked for a snapshot. */
  askForSnapshot(sessionId: string): number | undefined {
    return this.#hosts.get(sessionId)?.runningSession?.askForSnapshot()
  }

  /** Sends everybody in a session a notice. Pages of the box say when they have shown it. */
  inform(sessionId: string, info: Info): NoticeCounts | undefined {
    const host = this.#hosts.get(sessionId)
    if (!host?.runningSession) return undefined
    return this.#notices.send(sessionId, (id) => host.inform({ ...info, id }))
  }

  /** How a notice got on; undefined: there was none, or it was too long ago. */
  notice(sessionId: string, id: number): NoticeCounts | undefined {
    return this.#notices.counts(sessionId, id)
  }

  /** Closes one connection of a session; false if there is none of that name. Its client does not come back by itself. */
  disconnect(sessionId: string, connection: string): boolean | undefined {
    const session = this.#hosts.get(sessionId)?.session
    if (!session) return undefined
    const member = [...session.members].find(({ origin }) => origin.connection === connection)
    if (!member?.isOpen) return false
    member.close(CLOSE_CODE.sentAway, DISCONNECTED)
    return true
  }

  /** Disconnects everybody and puts the session away as it is; false if it does not run. */
  async close(sessionId: string): Promise<boolean> {
    const host = this.#hosts.get(sessionId)
    await host?.close(CLOSE_CODE.sentAway, CLOSED)
    return host !== undefined
  }

  /**
   * Closes a session, if it runs, and has it removed from the store before anybody can open it again.
   * @returns what `remove` does
   */
  async remove<T>(sessionId: string, remove: () => Promise<T>): Promise<T> {
    this.#removals.set(sessionId, (this.#removals.get(sessionId) ?? 0) + 1)
    try {
      await this.#hosts.get(sessionId)?.close(CLOSE_CODE.sentAway, DELETED)
      return await remove()
    } finally {
      const others = (this.#removals.get(sessionId) ?? 0) - 1
      if (others > 0) this.#removals.set(sessionId, others)
      else this.#removals.delete(sessionId)
    }
  }

  /** Whether it is being removed: nobody may join. */
  isRemoving(sessionId: string): boolean {
    return this.#removals.has(sessionId)
  }
}

function factsOf(host: SessionHost): SessionFacts | undefined {
  const { sessionId: id, session, startedAt, reflected } = host
  if (!session) return undefined
  const { name, appId, persistentId, pageUrl } = session.about
  const { joinCost, snapshotPath } = session
  const about = { id, name, appId, persistentId, pageUrl }
  return { ...about, users: session.userCount, startedAt, reflected, joinCost, snapshotPath }
}
