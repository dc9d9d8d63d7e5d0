import { encodeRecv, encodeTick } from '../protocol/encode.ts'
import { newRuns } from '../session/message-run.ts'
import type { HeraldNews, Member, SessionFact, SessionOutput, Sync } from '../session/ports.ts'
import { mergedChange, piecesOf } from '../session/presence-change.ts'
import type {
  JournalEntry,
  NewMessages,
  PresenceChange,
  SavedRecord,
  SessionState,
  SnapshotRecord,
} from '../session/record.ts'
import { StoredState } from '../session/stored-state.ts'
import { encodeFrames } from './frame.ts'
import type { ReflectorMetrics } from './ports.ts'
import type { Turn, TurnMember, TurnShare } from './turn.ts'

/** A member that frames can be written to: a connection. */
export interface Receiver extends Member {
  /** @param frames finished web-socket frames, shared with other receivers; @param count how many */
  write(frames: Buffer, count: number): void
  sendSync(sync: Sync): void
}

/** The session whose outbox it is, as it is now. */
export interface OutboxSource {
  state(): SessionState
  progress(): Pick<SessionState, 'time' | 'position'>
}

const NOTHING: TurnShare = { entries: [], release: () => {}, refuse: () => {} }
const NO_MESSAGES: readonly NewMessages[] = []

/** Frames are encoded together until they are so long (UTF-16 units). */
const MAX_ENCODED_LENGTH = 4_000_000

interface Frames {
  readonly kind: 'frames'
  readonly to: readonly Receiver[]
  readonly texts: string[]
  /** of the texts (UTF-16 units) */
  length: number
}

/** Effects in the order in which members must see them. */
type Effect =
  | Frames
  | { readonly kind: 'tick'; readonly to: readonly Receiver[]; text: string }
  | { readonly kind: 'sync'; readonly to: Receiver; readonly sync: Sync }
  | { readonly kind: 'call'; readonly run: () => void }

/**
 * Gathers one session's effects during a turn and lets them out when they are committed: each message
 * is encoded once for all members, and what a turn reflected reaches a socket in one write.
 */
export class Outbox implements SessionOutput<Receiver>, TurnMember {
  readonly #sessionId: string
  readonly #turn: Turn
  readonly #metrics: ReflectorMetrics
  readonly #report: (fact: SessionFact) => void
  readonly #herald: (news: HeraldNews) => void
  readonly #source: OutboxSource
  /** of messages reflected so far; bytes are UTF-16 units of their JSON */
  readonly reflected = { messages: 0, bytes: 0 }
  #effects: Effect[] = []
  #messages: string[] = []
  /** of the messages (UTF-16 units) */
  #length = 0
  readonly #stored = new StoredState()
  #isStateNew = false
  #isTimeNew = false
  /** what a turn seldom has besides */
  #rare: Pick<JournalEntry, 'snapshot' | 'presence' | 'saved'> | undefined
  readonly #onRefused: (cause: Error) => void
  #isRefused = false

  constructor(parts: {
    readonly sessionId: string
    readonly turn: Turn
    readonly metrics: ReflectorMetrics
    readonly source: OutboxSource
    readonly report: (fact: SessionFact) => void
    /** told when what it tells of is committed */
    readonly herald: (news: HeraldNews) => void
    /** told if what the session did can never be stored: it has to be restored from what is */
    readonly onRefused: (cause: Error) => void
  }) {
    this.#sessionId = parts.sessionId
    this.#turn = parts.turn
    this.#metrics = parts.metrics
    this.#source = parts.source
    this.#report = parts.report
    this.#herald = parts.herald
    this.#onRefused = parts.onRefused
  }

  reflect(text: string, audience: readonly Receiver[]): void {
    this.#messages.push(text)
    this.#length += text.length
    this.tell(encodeRecv(this.#sessionId, text), audience)
  }

  tick(time: number, audience: readonly Receiver[]): void {
    this.#metrics.ticked()
    const text = encodeTick(this.#sessionId, time)
    const last = this.#effects.at(-1)
    if (last?.kind === 'tick' && last.to === audience) last.text = text
    else this.#add({ kind: 'tick', to: audience, text })
  }

  sync(member: Receiver, sync: Sync): void {
    this.#add({ kind: 'sync', to: member, sync })
  }

  tell(frame: string, members: readonly Receiver[]): void {
    const last = this.#effects.at(-1)
    const isMore = last?.kind === 'frames' && last.to === members
    if (isMore && last.length < MAX_ENCODED_LENGTH) {
      last.texts.push(frame)
      last.length += frame.length
    } else this.#effects.push({ kind: 'frames', to: members, texts: [frame], length: frame.length })
    this.#turn.add(this, frame.length)
  }

  /** The session is there: restored from this state, or, without one, about to begin. */
  start(state: SessionState | undefined): void {
    this.#stored.start(state)
  }

  stateChanged(): void {
    if (this.#isRefused || this.#isStateNew) return
    if (!this.#stored.lacks(this.#source.state())) return
    this.#isStateNew = true
    this.#turn.add(this)
  }

  timeReserved(): void {
    this.#isTimeNew = true
    this.#turn.add(this)
  }

  snapshotTaken(snapshot: SnapshotRecord): void {
    this.#metrics.snapshotTaken()
    this.#rare = { ...this.#rare, snapshot }
    this.#turn.add(this)
  }

  presenceChanged(change: PresenceChange): void {
    const before = this.#rare?.presence
    const presence = before ? mergedChange(before, change) : change
    this.#rare = { ...this.#rare, presence }
    this.#turn.add(this)
  }

  dataSaved(saved: SavedRecord): void {
    this.#rare = { ...this.#rare, saved }
    this.#turn.add(this)
  }

  /** Calls back when everything gathered so far is committed and let out. */
  whenCommitted(run: () => void): void {
    this.#add({ kind: 'call', run })
  }

  herald(news: HeraldNews): void {
    this.whenCommitted(() => this.#herald(news))
  }

  report(fact: SessionFact): void {
    if (fact.kind === 'snapshot requested') this.#metrics.snapshotRequested()
    this.#report(fact)
  }

  get needsCommit(): boolean {
    if (this.#isRefused) return false
    return (
      this.#messages.length > 0 || this.#isStateNew || this.#isTimeNew || this.#rare !== undefined
    )
  }

  takeShare(): TurnShare {
    if (this.#isRefused) return NOTHING
    const count = this.#messages.length
    const effects = this.#effects
    const entries = this.#takeEntries()
    this.#effects = []
    if (count > 0) this.#metrics.messagesReflected(count)
    return {
      entries,
      release: () => effects.forEach(letOut),
      refuse: (cause) => this.#refuse(cause),
    }
  }

  /** Nothing more of the session is stored or let out: it would be on top of what cannot be stored. */
  #refuse(cause: Error): void {
    this.#isRefused = true
    this.#onRefused(cause)
  }

  #add(effect: Effect): void {
    this.#effects.push(effect)
    this.#turn.add(this)
  }

  /** Almost always one: more, if it would be too long to be written in one piece. */
  #takeEntries(): readonly JournalEntry[] {
    const sessionId = this.#sessionId
    const runs = this.#takeMessages()
    const rest = this.#takeRest(runs.length > 0)
    const [messages, ...moreRuns] = runs
    if (!rest) return messages ? runs.map((run) => ({ sessionId, messages: run })) : []
    const [presence, ...morePresence] = rest.presence ? piecesOf(rest.presence) : []
    return [
      { sessionId, ...rest, ...(messages && { messages }), ...(presence && { presence }) },
      ...moreRuns.map((run) => ({ sessionId, messages: run })),
      ...morePresence.map((piece) => ({ sessionId, presence: piece })),
    ]
  }

  #takeMessages(): readonly NewMessages[] {
    const { length: count } = this.#messages
    if (count === 0) return NO_MESSAGES
    const { time, position } = this.#source.progress()
    const runs = newRuns(this.#messages, this.#length, position - count + 1, time)
    this.reflected.messages += count
    this.reflected.bytes += this.#length + count - 1
    this.#messages = []
    this.#length = 0
    this.#stored.movedOn(time)
    return runs
  }

  /** What there is besides messages; undefined: nothing. */
  #takeRest(hasMessages: boolean): Omit<JournalEntry, 'sessionId'> | undefined {
    const rare = this.#rare
    const isStateNew = this.#isStateNew
    // Messages and a state have a time of their own.
    const isTimeNew = this.#isTimeNew && !hasMessages && !isStateNew
    this.#rare = undefined
    this.#isStateNew = false
    this.#isTimeNew = false
    if (!isStateNew && !isTimeNew && !rare) return undefined
    const rest = {
      ...(isStateNew && this.#stored.take(this.#source.state())),
      ...(isTimeNew && { reservedTime: this.#takeTime() }),
      ...rare,
    }
    return Object.keys(rest).length > 0 ? rest : undefined
  }

  #takeTime(): number {
    const { time } = this.#source.progress()
    this.#stored.movedOn(time)
    return time
  }
}

function letOut(effect: Effect): void {
  switch (effect.kind) {
    case 'frames': {
      const frames = encodeFrames(effect.texts)
      for (const receiver of effect.to) receiver.write(frames, effect.texts.length)
      return
    }
    case 'tick': {
      const frame = encodeFrames([effect.text])
      for (const receiver of effect.to) if (receiver.isCaughtUp) receiver.write(frame, 1)
      return
    }
    case 'sync':
      effect.to.sendSync(effect.sync)
      return
    case 'call':
      effect.run()
      return
    default:
      effect satisfies never
  }
}
