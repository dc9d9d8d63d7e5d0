import { CLOSE_CODE, type CloseCode } from '../protocol/close-code.ts'
import { encodeInfo, type Info } from '../protocol/encode.ts'
import type { Join } from '../protocol/messages.ts'
import { newSession } from '../session/new-session.ts'
import type { SessionFact } from '../session/ports.ts'
import type { SavedRecord, StoredStart } from '../session/record.ts'
import { Session } from '../session/session.ts'
import type { SessionStore } from '../session/session-store.ts'
import type { Breaches, Culprit } from './breaches.ts'
import type { Connection } from './connection.ts'
import type { HistoryBudget } from './history-budget.ts'
import { HOLD, Intake } from './intake.ts'
import type { ReflectorLimits } from './limits.ts'
import { Outbox } from './outbox.ts'
import { type App, admitsTo, appOpened, isSameApp, saysWhichApp, WRONG_APP } from './pass.ts'
import type {
  Clock,
  FileDirectory,
  Herald,
  HeraldFailure,
  Log,
  ReflectorMetrics,
  Witness,
} from './ports.ts'
import { describeFact } from './session-log.ts'
import type { Turn } from './turn.ts'
import type { Sleeper } from './wheel.ts'

/** A session that everybody left is put away after this (ms, TIME5). */
const PARK_DELAY_MS = 10_000
/** So many announced files of a session wait to be looked for; clients announce one in seconds. */
const MAX_WAITING_WORK = 20
/** Why those in a session have to reconnect whose snapshot is gone. */
const RESTORING = 'please reconnect: the session is being restored'

/** For a viewer, when it has joined. */
const WATCHING: Info = {
  code: 'WATCHING',
  msg: 'You only watch here: what you do is not sent to the others.',
  options: { level: 'warning' },
}

/** What all hosts share. */
export interface HostParts {
  readonly store: SessionStore
  readonly files: Pick<FileDirectory, 'exists'>
  readonly herald: Herald
  readonly turn: Turn
  readonly budget: HistoryBudget
  readonly breaches: Breaches
  readonly limits: Pick<ReflectorLimits, 'usersPerSession'>
  readonly clock: Clock
  readonly log: Log
  readonly metrics: ReflectorMetrics
  readonly witness: Witness
  /** a random string that no session had before */
  readonly newTimeline: () => string
  /** told of each connection that became a member */
  readonly onJoined: (connection: Connection) => void
  readonly onParked: (host: SessionHost) => void
  /** told when `nextDue` may have become earlier outside of a call */
  readonly onRescheduled: (host: SessionHost) => void
}

interface Waiting {
  readonly connection: Connection
  readonly join: Join
}

type HostState =
  | { readonly tag: 'new' }
  | { readonly tag: 'opening'; readonly waiting: Waiting[] }
  | { readonly tag: 'running'; readonly session: Session<Connection> }
  /** its last state is being committed; a joiner brings it back */
  | { readonly tag: 'parking'; readonly session: Session<Connection> }
  /** likewise, but nobody is let in: it has to be restored */
  | { readonly tag: 'ending'; readonly session: Session<Connection> }
  | { readonly tag: 'parked' }

/** Runs one session: opens it from the store for its first joiner, and puts it away after the last. */
export class SessionHost implements Sleeper {
  readonly sessionId: string
  /** who opened it, as counted */
  readonly account: string | undefined
  readonly #parts: HostParts
  readonly #outbox: Outbox
  #state: HostState = { tag: 'new' }
  /** when it is to be parked, monotonic ms; Infinity while it has members */
  #parkAt = Infinity
  #lastWork: Promise<void> = Promise.resolve()
  #waitingWork = 0
  #startedAt = 0
  /** begun from nothing, and nobody has joined yet who would miss it */
  #isFleeting = false
  readonly #gone = Promise.withResolvers<void>()
  /** those who are not read from while the session holds back as much as it may (LIMIT15) */
  readonly #intake = new Intake<Connection>(HOLD.session)

  constructor(sessionId: string, account: string | undefined, parts: HostParts) {
    this.sessionId = sessionId
    this.account = account
    this.#parts = parts
    this.#outbox = new Outbox({
      sessionId,
      turn: parts.turn,
      metrics: parts.metrics,
      source: {
        state: () => this.#session().state(parts.clock.now()),
        progress: () => this.#session().progress(parts.clock.now()),
      },
      report: (fact) => this.#report(fact),
      herald: (news) => {
        parts.herald.tell(sessionId, news, (failure) => this.#heraldFailed(failure))
      },
      onRefused: (cause) => this.#storeRefused(cause),
    })
  }

  /** The session, once it is open. */
  get session(): Session<Connection> | undefined {
    const state = this.#state
    return state.tag === 'running' || state.tag === 'parking' ? state.session : undefined
  }

  /** The session, unless it is about to be put away. */
  get runningSession(): Session<Connection> | undefined {
    return this.#state.tag === 'running' ? this.#state.session : undefined
  }

  /** Messages reflected since it was opened; bytes are UTF-16 units of their JSON. */
  get reflected(): Readonly<Record<'messages' | 'bytes', number>> {
    return this.#outbox.reflected
  }

  /** When it was opened, ms since 1970; 0: not yet. */
  get startedAt(): number {
    return this.#startedAt
  }

  /** Whether it is to be forgotten rather than stored when everybody has left (JOIN13). */
  get isFleeting(): boolean {
    return this.#isFleeting
  }

  get nextDue(): number {
    return Math.min(this.session?.nextDue ?? Infinity, this.#parkAt)
  }

  /** Lets a connection join, as soon as the session is open. */
  join(connection: Connection, join: Join): void {
    const waiter = { connection, join }
    const { session } = this
    if (session?.snapshotPath !== undefined) {
      this.#admitIfThere(session.snapshotPath, waiter)
      return
    }
    if (session) {
      this.#admit(session, waiter)
      return
    }
    if (this.#state.tag === 'new') this.#open(waiter)
    if (this.#state.tag === 'opening') this.#state.waiting.push(waiter)
    else if (this.#state.tag === 'ending') connection.close(CLOSE_CODE.pleaseReconnect, RESTORING)
    else throw new Error('a parked session cannot be joined')
  }

  leave(connection: Connection): void {
    const { session } = this
    if (session) session.leave(connection, this.#parts.clock.now())
    else if (this.#state.tag === 'opening') {
      const { waiting } = this.#state
      const index = waiting.findIndex((other) => other.connection === connection)
      if (index >= 0) waiting.splice(index, 1)
    }
  }

  /** Does work that waits for the disk beside the session, but one after the other (SAVE1), unless much waits (SNAP15). */
  inOrder(work: () => Promise<void>): void {
    if (this.#waitingWork >= MAX_WAITING_WORK) {
      this.#parts.breaches.note('announcements', this.#culprit(), 'announced files are ignored')
      return
    }
    this.#waitingWork += 1
    this.#lastWork = this.#lastWork
      .then(work)
      .catch((err: unknown) => {
        const fields = { scope: 'session', event: 'file-check-failed', sessionId: this.sessionId }
        this.#parts.log.error({ ...fields, err }, 'announced file could not be checked')
      })
      .finally(() => {
        this.#waitingWork -= 1
      })
  }

  /** Whether such work waits or goes on. */
  get isBusy(): boolean {
    return this.#waitingWork > 0
  }

  save(saved: SavedRecord): void {
    this.#outbox.dataSaved(saved)
  }

  /** Sends its members something that their clients show; tells which these are. */
  inform(info: Info): readonly Connection[] {
    const members = [...(this.session?.members ?? [])].filter(({ isOpen }) => isOpen)
    if (members.length > 0) this.#outbox.tell(encodeInfo(this.sessionId, info), members)
    return members
  }

  /**
   * Disconnects everybody, with a code and reason for their users, and puts the session away at once.
   * Resolves when it is out of memory.
   */
  close(code: CloseCode, reason: string): Promise<void> {
    const state = this.#state
    if (state.tag === 'opening') {
      this.#leaveMemory()
      for (const { connection } of state.waiting) connection.close(code, reason)
    } else if (state.tag === 'running' || state.tag === 'parking') {
      this.#end(state.session, [...state.session.members], code, reason)
    }
    return this.#gone.promise
  }

  /** Reads no more from one of its members until the session has let out what it holds back. */
  hold(connection: Connection): void {
    this.#intake.hold(connection)
  }

  /** It is gone. */
  forget(connection: Connection): void {
    this.#intake.forget(connection)
  }

  wake(now: number): void {
    this.session?.wake(now)
    if (!this.session?.isPressed) this.#intake.release()
    this.#watchMembers(now)
    if (this.#parkAt <= now) this.park(now)
  }

  /** Readies the last state for the next commit; a session that is still being opened stays closed. */
  settle(now: number): void {
    const { session } = this
    if (session) session.settle(now)
    else if (this.#state.tag !== 'ending') this.#state = { tag: 'parked' }
  }

  #open(opener: Waiting): void {
    this.#state = { tag: 'opening', waiting: [] }
    const { appId, persistentId } = appOf(opener)
    this.#parts.store.load(this.sessionId, appId, persistentId).then(
      (start) => this.#start(start, opener),
      (error: unknown) => this.#failToOpen(error),
    )
  }

  #start(start: StoredStart, opener: Waiting): void {
    if (this.#state.tag !== 'opening') return
    const { clock, metrics, newTimeline, log, budget } = this.#parts
    const { waiting } = this.#state
    const now = clock.now()
    // Who opened it may be gone again: the first who is there gives it name, ticks and tove.
    const first = waiting[0] ?? opener
    const persistedPath = isSameApp(appOf(first), appOf(opener)) ? start.persistedPath : undefined
    const isAppUnknown = !saysWhichApp(first.connection.origin.pass)
    const stored =
      start.session ?? newSession(first.join, newTimeline(), persistedPath, isAppUnknown)
    this.#isFleeting = start.session === undefined && first.join.isFleeting
    this.#outbox.start(start.session?.state)
    const session = new Session<Connection>(this.sessionId, this.#outbox, budget, stored, now)
    budget.add(session.cost)
    this.#state = { tag: 'running', session }
    metrics.sessionOpened()
    this.#startedAt = clock.wallTime()
    const from = start.session ? 'stored state' : persistedPath ? 'persisted data' : 'nothing'
    const { time: teatime, position } = stored.state
    const fields = { scope: 'session', event: 'start', sessionId: this.sessionId }
    log.notice(
      { ...fields, from, teatime, position, snapshot: stored.snapshot?.path },
      'session started',
    )
    for (const waiter of waiting) this.#admit(session, waiter)
    this.#watchMembers(now)
    this.#parts.onRescheduled(this)
  }

  #admit(session: Session<Connection>, waiter: Waiting): void {
    const { connection, join } = waiter
    if (!admitsTo(connection.origin.pass, session.about, join)) {
      connection.close(CLOSE_CODE.noAccess, WRONG_APP)
      return
    }
    if (!session.has(connection) && this.#isFull(session)) {
      connection.close(CLOSE_CODE.noRoom, 'This session has as many users as it can.')
      return
    }
    const now = this.#parts.clock.now()
    if (!session.has(connection) && !session.makesRoomFor(join.user, now)) {
      this.#parts.breaches.note('beside-history', this.#culprit(), 'long users are refused')
      connection.close(
        CLOSE_CODE.noRoom,
        'This session has no room for what your app tells of you.',
      )
      return
    }
    if (this.#state.tag === 'parking') this.#state = { tag: 'running', session }
    if (!join.isFleeting) this.#isFleeting = false
    const isNew = !session.has(connection)
    session.join(connection, join, now)
    if (isNew && connection.isViewer) {
      this.#outbox.tell(encodeInfo(this.sessionId, WATCHING), [connection])
    }
    this.#watchMembers(now)
    this.#parts.onJoined(connection)
  }

  #isFull({ userCount }: Session<Connection>): boolean {
    const { limits, breaches } = this.#parts
    if (userCount < limits.usersPerSession) return false
    breaches.note('users-per-session', this.#culprit(), 'users are refused')
    return true
  }

  #report(fact: SessionFact): void {
    const { log, breaches, budget } = this.#parts
    if (fact.kind === 'message refused') {
      const limit = budget.isShort ? 'histories-size' : 'history-size'
      breaches.note(limit, this.#culprit(), 'messages are refused until there is a snapshot')
    } else if (fact.kind === 'vote refused') {
      breaches.note('beside-history', this.#culprit(), 'votes are refused')
    } else describeFact(log, this.sessionId, fact)
  }

  #culprit(): Culprit {
    const { sessionId } = this
    return { key: sessionId, fields: { scope: 'session', sessionId } }
  }

  /** Lets it join if the snapshot that it would be sent to is there; else the session has to fall back (SNAP8). */
  #admitIfThere(snapshotPath: string, waiter: Waiting): void {
    this.#parts.files.exists(snapshotPath).then(
      (isThere) => this.#admitOrEnd(snapshotPath, waiter, isThere),
      (err: unknown) => {
        const fields = { scope: 'session', event: 'file-check-failed', sessionId: this.sessionId }
        this.#parts.log.error({ ...fields, err }, 'snapshot could not be looked for')
        waiter.connection.close(CLOSE_CODE.pleaseReconnect, 'the session could not be loaded')
      },
    )
  }

  #admitOrEnd(snapshotPath: string, waiter: Waiting, isThere: boolean): void {
    const { connection } = waiter
    if (connection.stage.tag !== 'joining') return // it left
    const { session } = this
    if (!session) connection.close(CLOSE_CODE.pleaseReconnect, RESTORING)
    else if (isThere || session.snapshotPath !== snapshotPath) {
      this.#admit(session, waiter)
      this.#parts.onRescheduled(this)
    } else this.#fallBack(session, connection)
  }

  /**
   * Puts the session away at once and lets everybody reconnect, as after a restart: it is restored from
   * the snapshot before.
   */
  #fallBack(session: Session<Connection>, joiner: Connection): void {
    const fields = { scope: 'session', event: 'snapshot-lost', sessionId: this.sessionId }
    this.#parts.log.error(
      { ...fields, path: session.snapshotPath },
      'the file of the snapshot is gone: the session falls back to the one before',
    )
    this.#parts.witness.snapshotLost(this.sessionId)
    this.#end(session, [...session.members, joiner], CLOSE_CODE.pleaseReconnect, RESTORING)
  }

  /**
   * What the session did last can never be stored, and nobody saw it: it is put away as it is stored, and restored
   * when somebody comes back.
   */
  #storeRefused(cause: Error): void {
    const state = this.#state
    if (state.tag !== 'running' && state.tag !== 'parking' && state.tag !== 'ending') return
    const { log, metrics } = this.#parts
    const fields = { scope: 'session', event: 'store-refused', sessionId: this.sessionId }
    log.error(
      { ...fields, err: cause },
      'what the session did cannot be stored: it goes back to what is stored',
    )
    metrics.sessionClosed()
    this.#parkAt = Infinity
    this.#leaveMemory()
    for (const connection of state.session.members) {
      connection.close(CLOSE_CODE.pleaseReconnect, RESTORING)
    }
  }

  #end(
    session: Session<Connection>,
    connections: readonly Connection[],
    code: CloseCode,
    reason: string,
  ): void {
    this.#parkAt = Infinity
    this.#state = { tag: 'ending', session }
    session.settle(this.#parts.clock.now())
    for (const connection of connections) connection.close(code, reason)
    this.#outbox.whenCommitted(() => this.#putAway(session))
  }

  /** The store could not be read: nobody is let in, and everybody may try again. */
  #failToOpen(error: unknown): void {
    if (this.#state.tag !== 'opening') return
    const { waiting } = this.#state
    const fields = { scope: 'session', event: 'load-failed', sessionId: this.sessionId }
    this.#parts.log.error({ ...fields, err: error }, 'session could not be loaded')
    this.#leaveMemory()
    for (const { connection } of waiting) {
      connection.close(CLOSE_CODE.pleaseReconnect, 'the session could not be loaded')
    }
  }

  /** Puts a running session away, to be restored for who comes next. */
  park(now: number): void {
    if (this.#state.tag !== 'running') return
    this.#parkAt = Infinity
    const { session } = this.#state
    this.#state = { tag: 'parking', session }
    this.settle(now)
    this.#outbox.whenCommitted(() => this.#putAway(session))
  }

  #putAway(session: Session<Connection>): void {
    const { tag } = this.#state
    if (tag !== 'parking' && tag !== 'ending') return
    const { log, metrics, clock } = this.#parts
    const { time: teatime, position } = session.state(clock.now())
    metrics.sessionClosed()
    const fields = { scope: 'session', event: 'end', sessionId: this.sessionId, teatime, position }
    log.notice(fields, tag === 'parking' ? 'session parked' : 'session ended, to be restored')
    this.#leaveMemory()
  }

  #leaveMemory(): void {
    this.#state = { tag: 'parked' }
    this.#parts.onParked(this)
    this.#gone.resolve()
  }

  /** Starts or stops the time after which an empty session is parked. */
  #watchMembers(now: number): void {
    const { session } = this
    if (!session) return
    if (session.memberCount > 0) this.#parkAt = Infinity
    else if (this.#parkAt === Infinity && this.#state.tag === 'running') {
      this.#parkAt = now + (this.#isFleeting ? 0 : PARK_DELAY_MS)
    }
  }

  #heraldFailed({ text, level }: HeraldFailure): void {
    this.inform({ code: 'HERALDING_FAILED', msg: text, options: { level } })
  }

  #session(): Session<Connection> {
    const session = this.#state.tag === 'ending' ? this.#state.session : this.session
    if (!session) throw new Error('the session is not open')
    return session
  }
}

function appOf({ connection, join }: Waiting): App {
  return appOpened(connection.origin.pass, join)
}
