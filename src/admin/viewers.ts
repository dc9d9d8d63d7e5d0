import type { TurnedAway } from '../access/turned-away.ts'
import type { Chronicle } from './chronicle.ts'
import type { HealthMeter } from './health.ts'
import type { LogFilter, LogTail } from './log-tail.ts'
import type { SessionDesk, Timers } from './ports.ts'
import type { RateMeter } from './rates.ts'
import { lineOf, type SessionLine } from './session-list.ts'
import { type SessionView, sessionView } from './session-view.ts'

/** How often viewers are told what is new (ms). */
const TELL_EVERY_MS = 1000
/** Dashboards that are open at a time. */
export const MAX_VIEWERS = 20
/** Sessions that changed are told so many at a time: the rest comes a second later. */
const MAX_CHANGES = 500
/** Lines of the log, likewise; what is older is left out. */
const MAX_LOG_LINES = 200

/** What a viewer has on screen. */
export interface ViewOrder {
  /** whether it shows the table of sessions, so that it is told which come, change and go */
  readonly showsSessions: boolean
  /** ids of the sessions whose lines are to be seen */
  readonly rows: readonly string[]
  /** the session whose page it is */
  readonly sessionId: string | undefined
  /** undefined: no log is shown */
  readonly log: LogFilter | undefined
}

/** Where what a viewer is told goes. */
export interface Sink {
  /** false while what it was told before is still on its way: what it would be told now is dropped */
  readonly isReady: boolean
  /** false once its viewer may not look any more: their login ended */
  readonly isGood: boolean
  send(event: 'overview' | 'session' | 'log', data: object): void
  end(): void
}

/** What a viewer of the table is told. */
export interface Overview {
  readonly health: object
  /** sessions that came, or whose people changed */
  readonly changed: readonly SessionLine[]
  /** ids of those that do not run any more */
  readonly closed: readonly string[]
  /** those on screen */
  readonly rows: readonly SessionLine[]
  /** how often anybody was turned away: the list has changed when this has */
  readonly turnedAway: number
}

interface Viewer {
  readonly order: ViewOrder
  readonly sink: Sink
  /** ids of sessions that it was not told of yet */
  readonly changes: Set<string>
  /** number of the last line of the log that it was told */
  lastLine: number
}

export interface ViewersParts {
  readonly desk: SessionDesk
  readonly chronicle: Chronicle
  readonly turnedAway: Pick<TurnedAway, 'count'>
  readonly rates: RateMeter
  readonly health: HealthMeter
  readonly tail: LogTail
  readonly timers: Timers
}

/** Tells those who have the dashboard open, once a second, what is new of what they have on screen. */
export class Viewers {
  readonly #parts: ViewersParts
  readonly #viewers = new Set<Viewer>()
  #stop = () => {}

  constructor(parts: ViewersParts) {
    this.#parts = parts
  }

  get isFull(): boolean {
    return this.#viewers.size >= MAX_VIEWERS
  }

  /** Begins to tell it what is new, and at once what there is; returns what ends that. */
  add(order: ViewOrder, sink: Sink): () => void {
    const { timers, tail } = this.#parts
    if (this.#viewers.size === 0) this.#stop = timers.every(TELL_EVERY_MS, () => this.#tellAll())
    const viewer = { order, sink, changes: new Set<string>(), lastLine: tail.count }
    this.#viewers.add(viewer)
    this.#tell(viewer)
    return () => {
      if (this.#viewers.delete(viewer) && this.#viewers.size === 0) this.#stop()
    }
  }

  /** A session came, went, or has others in it. */
  noteChange(sessionId: string): void {
    for (const { order, changes } of this.#viewers) {
      if (order.showsSessions) changes.add(sessionId)
    }
  }

  /** The box stops. */
  close(): void {
    this.#stop()
    for (const { sink } of this.#viewers) sink.end()
    this.#viewers.clear()
  }

  #tellAll(): void {
    for (const viewer of this.#viewers) {
      if (!viewer.sink.isGood) viewer.sink.end()
      else if (viewer.sink.isReady) this.#tell(viewer)
    }
  }

  #tell(viewer: Viewer): void {
    const { order, sink } = viewer
    sink.send('overview', this.#overview(viewer))
    if (order.sessionId !== undefined) sink.send('session', this.#session(order.sessionId))
    if (order.log) this.#tellLog(viewer, order.log)
  }

  #overview({ order, changes }: Viewer): Overview {
    const changed: SessionLine[] = []
    const closed: string[] = []
    for (const id of [...changes].slice(0, MAX_CHANGES)) {
      changes.delete(id)
      const line = this.#line(id)
      if (line) changed.push(line)
      else closed.push(id)
    }
    const rows = order.rows.flatMap((id) => this.#line(id) ?? [])
    const { health, turnedAway } = this.#parts
    return { health: health.sample(), changed, closed, rows, turnedAway: turnedAway.count }
  }

  #line(id: string): SessionLine | undefined {
    const { desk, rates } = this.#parts
    const facts = desk.session(id)
    return facts && lineOf(facts, rates.ratesOf(facts))
  }

  #session(id: string): { readonly session: SessionView | null } {
    return { session: sessionView(id, this.#parts) ?? null }
  }

  #tellLog(viewer: Viewer, filter: LogFilter): void {
    const { tail } = this.#parts
    const lines = tail.read(filter, MAX_LOG_LINES, viewer.lastLine)
    viewer.lastLine = tail.count
    if (lines.length > 0) viewer.sink.send('log', { lines })
  }
}
