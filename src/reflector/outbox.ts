import { encodeRecv, encodeTick } from '../protocol/encode.ts'
import type { Member, SessionFact, SessionOutput, Sync } from '../session/ports.ts'
import type {
  JournalEntry,
  Presence,
  SavedRecord,
  SessionState,
  SnapshotRecord,
} from '../session/record.ts'
import { encodeFrames } from './frame.ts'
import type { ReflectorMetrics } from './ports.ts'
import type { Turn, TurnMember, TurnShare } from './turn.ts'

/** A member that frames can be written to: a connection. */
export interface Receiver extends Member {
  /** @param frames finished web-socket frames, shared with other receivers; @param count how many */
  write(frames: Buffer, count: number): void
  sendSync(sync: Sync): void
}

/** Effects in the order in which members must see them. */
type Effect =
  | { readonly kind: 'frames'; readonly to: readonly Receiver[]; readonly texts: string[] }
  | { readonly kind: 'tick'; readonly to: readonly Receiver[]; readonly text: string }
  | { readonly kind: 'sync'; readonly to: Receiver; readonly sync: Sync }
  | { readonly kind: 'call'; readonly run: () => void }

/**
 * Gathers one session's effects during a turn and lets them out when they are committed: each message
 * is encoded once for all members, and what a turn reflected reaches a socket in one write.
 */
export class Outbox implements SessionOutput, TurnMember {
  readonly #sessionId: string
  readonly #turn: Turn
  readonly #metrics: ReflectorMetrics
  readonly #report: (fact: SessionFact) => void
  /** the session's state and position now; set by the host before the first effect */
  readonly #stateNow: () => SessionState
  #effects: Effect[] = []
  #messages: string[] = []
  #isStateNew = false
  /** what a turn seldom has besides */
  #rare: Pick<JournalEntry, 'snapshot' | 'presence' | 'saved'> = {}

  constructor(parts: {
    readonly sessionId: string
    readonly turn: Turn
    readonly metrics: ReflectorMetrics
    readonly stateNow: () => SessionState
    readonly report: (fact: SessionFact) => void
  }) {
    this.#sessionId = parts.sessionId
    this.#turn = parts.turn
    this.#metrics = parts.metrics
    this.#stateNow = parts.stateNow
    this.#report = parts.report
  }

  reflect(text: string, audience: readonly Receiver[]): void {
    this.#messages.push(text)
    this.tell(encodeRecv(this.#sessionId, text), audience)
  }

  tick(time: number, audience: readonly Receiver[]): void {
    this.#metrics.ticked()
    this.#add({ kind: 'tick', to: audience, text: encodeTick(this.#sessionId, time) })
  }

  sync(member: Receiver, sync: Sync): void {
    this.#add({ kind: 'sync', to: member, sync })
  }

  tell(frame: string, members: readonly Receiver[]): void {
    const last = this.#effects.at(-1)
    if (last?.kind === 'frames' && last.to === members) last.texts.push(frame)
    else this.#add({ kind: 'frames', to: members, texts: [frame] })
  }

  stateChanged(): void {
    this.#isStateNew = true
    this.#turn.add(this)
  }

  snapshotTaken(snapshot: SnapshotRecord): void {
    this.#rare = { ...this.#rare, snapshot }
    this.#turn.add(this)
  }

  presenceChanged(presence: Presence): void {
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

  report(fact: SessionFact): void {
    this.#report(fact)
  }

  takeShare(): TurnShare {
    const effects = this.#effects
    const entry = this.#takeEntry()
    this.#effects = []
    const reflected = entry?.messages?.count ?? 0
    if (reflected > 0) this.#metrics.messagesReflected(reflected)
    return { entry, release: () => effects.forEach(letOut) }
  }

  #add(effect: Effect): void {
    this.#effects.push(effect)
    this.#turn.add(this)
  }

  #takeEntry(): JournalEntry | undefined {
    const { length: count } = this.#messages
    const hasRare = Object.keys(this.#rare).length > 0
    if (count === 0 && !this.#isStateNew && !hasRare) return undefined
    const state = this.#stateNow()
    const first = state.position - count + 1
    const entry: JournalEntry = {
      sessionId: this.#sessionId,
      state,
      ...(count > 0 && { messages: { first, count, text: this.#messages.join(',') } }),
      ...this.#rare,
    }
    this.#messages = []
    this.#isStateNew = false
    this.#rare = {}
    return entry
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
