import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CLOSE_CODE, ProtocolError } from '../protocol/close-code.ts'
import { decode } from '../protocol/decode.ts'
import type { ClientMessage, Join, Json } from '../protocol/messages.ts'
import { withoutTokens } from '../protocol/token-path.ts'
import type { SessionCost } from '../session/ports.ts'
import type { SessionStore } from '../session/session-store.ts'
import { Committer } from './committer.ts'
import {
  Connection,
  type ConnectionOrigin,
  type ConnectionParts,
  type ConnectionSocket,
} from './connection.ts'
import { logFields, loggable } from './connection-log.ts'
import {
  costOf,
  type DispatchParts,
  dropOfViewer,
  handleMember,
  handlePlain,
  isPlain,
  type MemberMessage,
} from './dispatch.ts'
import { parkDeserted } from './history-budget.ts'
import { Inflow } from './inflow.ts'
import { HOLD, Intake } from './intake.ts'
import { Limiter } from './limiter.ts'
import type { ReflectorLimits } from './limits.ts'
import { Liveness, SWEEP_INTERVAL_MS } from './liveness.ts'
import { Notices } from './notices.ts'
import { Operator } from './operator.ts'
import { isFor, WRONG_APP } from './pass.ts'
import type {
  Cancel,
  Clock,
  FileDirectory,
  Herald,
  Log,
  Pass,
  ReflectorMetrics,
  Timers,
  Witness,
} from './ports.ts'
import { type HostParts, SessionHost } from './session-host.ts'
import { StoreTrouble } from './store-trouble.ts'
import { Turn } from './turn.ts'
import { type Proxies, Upgrade, type UpgradeObserver, type UpgradeRefusal } from './upgrade.ts'
import { programOf, visitorOf } from './visitor.ts'
import { Wheel } from './wheel.ts'
import { WritePump } from './write-pump.ts'

/** How long a draining reflector waits for its clients to answer the close (ms). */
const DRAIN_TIMEOUT_MS = 2000

/** A connection that has not joined sends no longer frame (bytes, LIMIT13). */
const MAX_FIRST_FRAME_BYTES = 1_000_000

/** Why a session cannot be joined while it is being deleted. */
const REMOVING = 'please reconnect: the session is being deleted'

/** What ws calls it that a frame is longer than it takes. */
const FRAME_TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

const TOO_LONG = new ProtocolError(
  CLOSE_CODE.unknownError,
  `a frame before JOIN is longer than ${MAX_FIRST_FRAME_BYTES} bytes`,
)

/** What a reflector is made of. */
export interface ReflectorParts {
  readonly store: SessionStore
  /** Removes what is stored of a session that does not run; false: nothing was. */
  readonly removeSession: (sessionId: string) => Promise<boolean>
  /** why the store takes nothing, though it was not asked yet; undefined: nothing is known against it */
  readonly storeFault: () => string | undefined
  readonly files: FileDirectory
  readonly herald: Herald
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly metrics: ReflectorMetrics
  readonly witness: Witness
  readonly proxies: Proxies
  readonly limits: ReflectorLimits
  /** a random string that no session had before */
  readonly newTimeline: () => string
  /** the store takes nothing any more: messages can no longer be reflected */
  readonly onStoreFailure: (error: unknown) => void
  /** told of each connection that was closed since its client may not be here, with what its user was told */
  readonly onNoAccess?: (userIp: string, reason: string) => void
}

/** A session as the operation pages show it. */
interface SessionOverview {
  readonly id: string
  readonly clients: number
  /** those who hear it, or will as soon as they have taken their SYNC */
  readonly users: number
  readonly app: string
  readonly url: string
}

/** What tells whose files are a session's. */
interface SessionAbout {
  readonly appId: string | undefined
  readonly persistentId: string | undefined
  /** nobody said yet who may (ROLE8) */
  readonly isAppUnknown: boolean
  /** persistent data it started from */
  readonly persistedPath: string | undefined
}

/** How punctual it was at worst since this was last asked (ms). */
interface Punctuality {
  /** how late a tick, or whatever else was due, came */
  readonly tickLatenessMs: number
  /** how long messages waited to be committed */
  readonly commitMs: number
}

/** The web-socket server that holds the sessions. */
export class Reflector {
  /** what whoever runs the box sees and does */
  readonly operator: Operator
  readonly #parts: ReflectorParts
  readonly #hostParts: HostParts
  readonly #dispatchParts: DispatchParts
  readonly #upgrade: Upgrade
  readonly #wheel: Wheel
  readonly #trouble: StoreTrouble
  readonly #committer: Committer
  readonly #turn: Turn
  readonly #inflow: Inflow
  readonly #intake = new Intake<Connection>(HOLD.store)
  readonly #limiter: Limiter
  readonly #liveness: Liveness<Connection>
  readonly #connectionParts: ConnectionParts
  readonly #hosts = new Map<string, SessionHost>()
  readonly #connections = new Set<Connection>()
  readonly #notices = new Notices()
  #stopSweep: Cancel = () => {}
  #isDraining = false
  /** called while draining, when the last connection is gone */
  #onLastGone = () => {}

  constructor(parts: ReflectorParts) {
    const { clock, timers, store, files, herald, log, metrics, newTimeline, limits, witness } =
      parts
    this.#parts = parts
    this.operator = new Operator({
      ...{ hosts: this.#hosts, connections: this.#connections, clock, notices: this.#notices },
    })
    this.#limiter = new Limiter(limits, parts)
    this.#liveness = new Liveness({
      ...{ clock, timers },
      hasCompany: ({ origin }) =>
        (this.#hosts.get(origin.sessionId)?.session?.memberCount ?? 0) > 0,
    })
    this.#wheel = new Wheel(clock, timers)
    this.#inflow = new Inflow({
      timers,
      handle: (connection, data) => this.#read(connection, data),
      isPressed: () => this.#turn.isPressed,
    })
    const members = () => [...this.#connections].filter(({ stage }) => stage.tag === 'member')
    this.#trouble = new StoreTrouble({ clock, timers, log, members })
    this.#committer = new Committer(store, clock, timers, this.#trouble)
    this.#turn = new Turn(this.#committer, timers, {
      relieved: () => this.#relieved(),
      failed: parts.onStoreFailure,
    })
    this.#connectionParts = {
      pump: new WritePump(timers),
      clock,
      limits,
      observer: this.#connectionObserver(),
    }
    this.#upgrade = new Upgrade({
      ...{ maxFrameBytes: limits.frameBytes, proxies: parts.proxies, clock, timers },
      observer: this.#upgradeObserver(),
    })
    this.#dispatchParts = { ...parts, notices: this.#notices }
    this.#hostParts = {
      store,
      files,
      herald,
      turn: this.#turn,
      budget: this.#limiter.budget,
      breaches: this.#limiter.breaches,
      limits,
      clock,
      log,
      metrics,
      witness,
      newTimeline,
      onJoined: (connection) => this.#joined(connection),
      onParked: (host) => this.#parked(host),
      onRescheduled: (host) => this.#wheel.schedule(host),
    }
  }

  /** Starts to look after its connections. */
  open(): void {
    this.#stopSweep = this.#parts.timers.every(SWEEP_INTERVAL_MS, () => this.#sweep())
  }

  /** What it waits for before it takes connections, in words; empty: it takes them. */
  missing(): string[] {
    const reason = this.#trouble.reason ?? this.#parts.storeFault()
    return reason === undefined ? [] : [`the box cannot store anything: ${reason}`]
  }

  /** Takes a web-socket upgrade request over; answers 503 while nothing can be stored (STORE3). */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, pass: Pass): void {
    this.#upgrade.accept(request, socket, head, pass)
  }

  /** Refuses a web-socket upgrade request of somebody who may not come in; a page is told why (CLOSE6). */
  turnAway(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefusal): void {
    this.#upgrade.turnAway(request, socket, head, refusal)
  }

  /** Ids of all sessions that are in memory, or about to be. */
  sessionIds(): Set<string> {
    return new Set(this.#hosts.keys())
  }

  *sessions(): Iterable<SessionOverview> {
    for (const { sessionId: id, session } of this.#hosts.values()) {
      if (!session) continue
      const { appId, name, pageUrl } = session.about
      const { memberCount: clients, userCount: users } = session
      yield { id, clients, users, app: appId || name, url: pageUrl }
    }
  }

  /** The users of a session; none if it is not running. */
  users(sessionId: string): Json[] {
    return this.#hosts.get(sessionId)?.session?.users ?? []
  }

  /** Which app a session runs; undefined if it is not running. */
  about(sessionId: string): SessionAbout | undefined {
    return this.#hosts.get(sessionId)?.session?.about
  }

  /** Whether somebody who may send is in such a session, and came from that address. */
  hasMember(userIp: string, isMeant: (sessionId: string, about: SessionAbout) => boolean): boolean {
    for (const { stage, origin, isViewer } of this.#connections) {
      const isCandidate = origin.userIp === userIp && stage.tag === 'member'
      if (!isCandidate || isViewer || !origin.pass.isGood()) continue
      const about = this.about(origin.sessionId)
      if (about && isMeant(origin.sessionId, about)) return true
    }
    return false
  }

  /** What each of the running sessions keeps in memory now. */
  *costs(): Iterable<SessionCost> {
    for (const { session } of this.#hosts.values()) if (session) yield session.cost
  }

  takePunctuality(): Punctuality {
    return {
      tickLatenessMs: this.#wheel.takeLateness(),
      commitMs: this.#committer.takeSlowest(),
    }
  }

  /**
   * Stops for good: commits all sessions, then closes all sockets with 4003, so that clients
   * reconnect. Resolves when they are gone, after two seconds at the latest.
   */
  async drain(): Promise<void> {
    if (this.#isDraining) return
    this.#isDraining = true
    this.#upgrade.close()
    this.#stopSweep()
    this.#liveness.stop()
    this.#trouble.close()
    this.#wheel.close()
    const now = this.#parts.clock.now()
    for (const host of this.#hosts.values()) host.settle(now)
    await this.#turn.close()
    for (const connection of this.#connections) {
      connection.close(CLOSE_CODE.pleaseReconnect, 'please reconnect')
    }
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#parts.timers.after(DRAIN_TIMEOUT_MS, resolve)
        this.#onLastGone = () => {
          cancel()
          resolve()
        }
      })
    }
    for (const connection of this.#connections) connection.cut()
    this.#upgrade.cutRefused()
  }

  #upgradeObserver(): UpgradeObserver {
    const limiter = this.#limiter
    return {
      isCrowded: () => limiter.isCrowded,
      refusal: () => {
        if (this.#isDraining) return 'The box is being stopped.'
        const missing = this.missing()
        return missing.length === 0 ? undefined : missing.join()
      },
      admits: (account, waiting) => limiter.admits(account, waiting),
      opened: (...socket) => this.#connect(...socket),
    }
  }

  #connectionObserver(): ConnectionParts['observer'] {
    return {
      received: (connection, data) => this.#receive(connection, data),
      read: (connection, piece) => this.#inflow.read(connection, piece),
      readOn: (connection) => this.#inflow.readOn(connection),
      pinged: (connection) => this.#limiter.charge(connection, 1, 0),
      failed: (connection, error) => this.#failed(connection, error),
      closed: (connection, code, reason) => this.#disconnected(connection, code, reason),
    }
  }

  #connect(webSocket: ConnectionSocket, socket: Duplex, origin: ConnectionOrigin): void {
    const { log, metrics } = this.#parts
    const connection = new Connection(webSocket, socket, origin, this.#connectionParts)
    this.#connections.add(connection)
    metrics.connectionOpened()
    connection.open()
    this.#limiter.entered(connection)
    const url = withoutTokens(origin.baseUrl)
    log.notice({ ...logFields(connection, 'start'), url }, 'connection opened')
  }

  #receive(connection: Connection, data: Buffer): void {
    if (!connection.isOpen || this.#isDraining) return
    connection.heard()
    connection.traffic.mi += 1
    this.#inflow.take(connection, data)
  }

  #read(connection: Connection, data: Buffer): void {
    if (!connection.isOpen || this.#isDraining) return
    connection.traffic.bi += data.length
    try {
      if (data.length > MAX_FIRST_FRAME_BYTES && connection.stage.tag === 'connected')
        throw TOO_LONG
      const message = decode(data.toString())
      this.#limiter.charge(connection, costOf(message), data.length)
      this.#handle(connection, message)
    } catch (error) {
      this.#refuse(connection, error)
    }
    if (this.#turn.isPressed && connection.isOpen) this.#intake.hold(connection)
  }

  #relieved(): void {
    this.#inflow.goOn()
    const now = this.#parts.clock.now()
    this.#intake.release((connection) => {
      connection.lastHeard = now
    })
  }

  #handle(connection: Connection, message: ClientMessage): void {
    const host = this.#hosts.get(connection.origin.sessionId)
    if (isPlain(message)) {
      handlePlain(message, connection, host?.session, this.#dispatchParts)
    } else if (connection.stage.tag === 'joining') {
      connection.stage.queue.push(message)
      connection.hold(HOLD.joining)
    } else if (message.action === 'JOIN') {
      this.#join(connection, message)
    } else {
      this.#handleFromMember(connection, message, host)
    }
  }

  #handleFromMember(
    connection: Connection,
    message: MemberMessage,
    host: SessionHost | undefined,
  ): void {
    const session = host?.session
    if (connection.stage.tag !== 'member' || !host || !session) {
      if (message.action === 'SEND') return // SEND5
      throw new ProtocolError(CLOSE_CODE.unknownSession, 'unknown session: no JOIN before')
    }
    if (connection.isViewer) {
      dropOfViewer(message, connection, this.#dispatchParts)
      return
    }
    handleMember(message, connection, host, session, this.#dispatchParts)
    if (session.isPressed) host.hold(connection)
    this.#wheel.schedule(host)
  }

  #join(connection: Connection, join: Join): void {
    const { sessionId, pass } = connection.origin
    if (!isFor(pass, join)) throw new ProtocolError(CLOSE_CODE.noAccess, WRONG_APP)
    if (this.operator.isRemoving(sessionId)) {
      throw new ProtocolError(CLOSE_CODE.pleaseReconnect, REMOVING)
    }
    if (connection.stage.tag === 'connected') {
      connection.user = join.user
      connection.program = programOf(join.about)
      const { name, appId, persistentId, pageUrl, user, heraldUrl, about } = join
      const told = {
        sessionName: name,
        appId,
        persistentId,
        url: pageUrl,
        user,
        heraldUrl,
        ...about,
      }
      const fields = Object.entries(told).map(([key, value]) => [key, loggable(value)])
      const line = { ...logFields(connection, 'join'), ...Object.fromEntries(fields) }
      this.#parts.log.notice(line, 'client joins')
    }
    connection.stage = { tag: 'joining', queue: [] }
    this.#limiter.joined(connection)
    const host = this.#hosts.get(sessionId) ?? this.#newHost(connection)
    host?.join(connection, join)
    if (host) this.#wheel.schedule(host)
  }

  /** Undefined, and the connection is closed, if there is no room for another session. */
  #newHost(opener: Connection): SessionHost | undefined {
    if (!this.#limiter.opensSession(opener)) return undefined
    const { sessionId, account } = opener.origin
    const host = new SessionHost(sessionId, account, this.#hostParts)
    this.#hosts.set(sessionId, host)
    return host
  }

  #joined(connection: Connection): void {
    const queue = connection.stage.tag === 'joining' ? connection.stage.queue : []
    connection.stage = { tag: 'member' }
    connection.release(HOLD.joining)
    const { sessionId } = connection.origin
    const label = this.#hosts.get(sessionId)?.session?.about
    if (label) this.#parts.witness.joined(sessionId, label, visitorOf(connection))
    for (const message of queue) {
      try {
        this.#handle(connection, message)
      } catch (error) {
        this.#refuse(connection, error)
      }
    }
  }

  #parked(host: SessionHost): void {
    this.#hosts.delete(host.sessionId)
    this.#limiter.closedSession(host.account)
    this.#wheel.remove(host)
    this.#parts.witness.closed(host.sessionId)
    if (host.isFleeting && !this.#isDraining) this.#forget(host.sessionId)
  }

  /** Nobody wants it any more, and nobody can join it until it is removed. */
  #forget(sessionId: string): void {
    const { removeSession, log } = this.#parts
    const fields = { scope: 'session', event: 'forgotten', sessionId }
    this.operator
      .remove(sessionId, () => removeSession(sessionId))
      .then(
        () => log.info(fields, 'session forgotten: nobody in it wanted it to be kept'),
        (err: unknown) =>
          log.warn({ ...fields, err }, 'session could not be forgotten: it is kept'),
      )
  }

  #disconnected(connection: Connection, code: number, reason: string): void {
    const { clock, log, metrics, witness, onNoAccess } = this.#parts
    this.#connections.delete(connection)
    this.#intake.forget(connection)
    this.#inflow.forget(connection)
    this.#hosts.get(connection.origin.sessionId)?.forget(connection)
    this.#limiter.left(connection)
    const wasIn = connection.stage.tag === 'joining' || connection.stage.tag === 'member'
    connection.stage = { tag: 'closed' }
    metrics.connectionClosed()
    const ms = clock.now() - connection.since
    const seconds = Math.ceil(ms / 1000)
    const stats = { ...connection.traffic, s: seconds }
    const cause = connection.closedWith ?? { code, reason }
    log.notice({ ...logFields(connection, 'end'), ...cause, stats }, 'connection closed')
    const isTurnedAway = connection.closedWith?.code === CLOSE_CODE.noAccess
    if (isTurnedAway) onNoAccess?.(connection.origin.userIp, cause.reason)
    const host = this.#hosts.get(connection.origin.sessionId)
    if (this.#isDraining && this.#connections.size === 0) this.#onLastGone()
    if (!wasIn || this.#isDraining) return
    const { sessionId } = connection.origin
    witness.left(sessionId, visitorOf(connection), cause.code, cause.reason, ms)
    if (!host) return
    host.leave(connection)
    this.#wheel.schedule(host)
  }

  #failed(connection: Connection, error: Error): void {
    if ('code' in error && error.code === FRAME_TOO_LONG) this.#limiter.frameTooLong(connection)
    const fields = { ...logFields(connection, 'socket-error'), err: error }
    this.#parts.log.warn(fields, 'socket failed')
  }

  /** The peer's fault closes its connection with the code it carries; our own with 4109, and an error. */
  #refuse(connection: Connection, error: unknown): void {
    const { log } = this.#parts
    if (error instanceof ProtocolError) {
      const { closeCode: code, message: reason } = error
      log.warn({ ...logFields(connection, 'refused'), code, reason }, 'message refused')
      connection.close(code, reason)
    } else {
      log.error({ ...logFields(connection, 'message-failed'), err: error }, 'message failed')
      connection.close(CLOSE_CODE.unknownError, 'unknown error')
    }
  }

  #sweep(): void {
    const now = this.#parts.clock.now()
    this.#committer.watch(now)
    this.#limiter.sweep(this.#connections, this.costs(), now)
    parkDeserted(this.#hosts.values(), this.#limiter.budget, now)
    this.#liveness.check(this.#connections)
  }
}
