import { decode } from '../../src/protocol/decode.ts'
import { encodeRecv, encodeSyncHead, encodeTick, SYNC_TAIL } from '../../src/protocol/encode.ts'
import type { Join, Json } from '../../src/protocol/messages.ts'
import { newSession } from '../../src/session/new-session.ts'
import type {
  HeraldNews,
  Member,
  SessionFact,
  SessionOutput,
  Sync,
} from '../../src/session/ports.ts'
import { presenceAfter } from '../../src/session/presence-change.ts'
import type {
  AnnouncedUser,
  Presence,
  SnapshotRecord,
  StoredSession,
} from '../../src/session/record.ts'
import { Session } from '../../src/session/session.ts'

const JOIN_ARGS = { version: 1, apiKey: 'none', name: 'test', ticks: { tick: 100_000 } }

/** A member that records the frames it gets. */
export class StageMember implements Member {
  readonly user: Json | undefined
  readonly isViewer: boolean
  readonly saysWhichApp: boolean
  isCaughtUp = true
  readonly frames: string[] = []

  constructor(user: Json | undefined, isViewer: boolean) {
    this.user = user
    this.isViewer = isViewer
    this.saysWhichApp = !isViewer
  }
}

/** Users as a store gives them back. */
export function announcedUsers(users: readonly Json[]): AnnouncedUser[] {
  return users.map((user, index) => ({ number: index + 1, user }))
}

/** One session named `S` on a manual clock, with recording members: no socket, disk or timer. */
export class Stage {
  now = 0
  readonly room = { maxBytes: 250_000_000, took: () => {} }
  readonly snapshots: SnapshotRecord[] = []
  readonly facts: SessionFact[] = []
  readonly heralded: HeraldNews[] = []
  presence: Presence = { announced: [], leaveDelay: 0 }
  /** the teatime that a journal would have */
  storedTime = 0
  /** the latest teatime that any frame told */
  sentTime = 0
  /** texts of all messages, as a journal would have them */
  readonly reflected: string[] = []
  /** teatimes of the ticks that waited for a commit, since something of their turn had to be stored */
  readonly heldTicks: number[] = []
  readonly #stored: StoredSession | undefined
  #session: Session<StageMember> | undefined
  /** what there was since the last turn ended */
  #turn: { readonly ticks: number[]; needsCommit: boolean } = { ticks: [], needsCommit: false }
  readonly #members = new Map<string, StageMember>()

  /** @param stored what the session is restored from at its first join; else it is new */
  constructor(stored?: StoredSession) {
    this.#stored = stored
    if (stored) this.presence = stored.presence
  }

  /** The users that are stored as announced. */
  get announced(): Json[] {
    return this.presence.announced.map(({ user }) => user)
  }

  get session(): Session<StageMember> {
    if (!this.#session) throw new Error('nobody joined yet')
    return this.#session
  }

  member(name: string): StageMember {
    const member = this.#members.get(name)
    if (!member) throw new Error(`${name} did not join`)
    return member
  }

  /** The user is `["<name>"]` unless args say otherwise. */
  join(name: string, args: { [key: string]: Json } = {}, isViewer = false): StageMember {
    const join = decode(
      JSON.stringify({ action: 'JOIN', args: { ...JOIN_ARGS, user: [name], ...args } }),
    ) as Join
    const stored = this.#stored ?? newSession(join, 'timeline', undefined)
    this.#session ??= new Session('S', this.#output(), this.room, stored, this.now)
    const member = this.#members.get(name) ?? new StageMember(join.user, isViewer)
    this.#members.set(name, member)
    this.session.join(member, join, this.now)
    this.#endTurn()
    return member
  }

  leave(name: string): void {
    this.session.leave(this.member(name), this.now)
  }

  /** Lets a member say something, as the text of a frame. */
  say(name: string, frame: string): void {
    const message = decode(frame)
    if (message.action === 'JOIN') this.session.join(this.member(name), message, this.now)
    if (message.action === 'SEND') this.session.send(message, this.now)
    if (message.action === 'TUTTI') this.session.vote(message, this.now)
    if (message.action === 'TICKS') this.session.setTicks(message, this.now)
    if (message.action === 'SNAP') this.session.takeSnapshot(message, message.url, this.now)
    this.#endTurn()
  }

  /** Moves the clock on, waking the session at each due time. */
  advanceTo(now: number): void {
    while (this.#session && this.#session.nextDue <= now) {
      this.now = Math.max(this.now, this.#session.nextDue)
      this.#session.wake(this.now)
      this.#endTurn()
    }
    this.now = now
  }

  /** What a turn sent is let out when it is committed: by then its time must be stored (TIME6). */
  #endTurn(): void {
    if (this.#turn.needsCommit) this.heldTicks.push(...this.#turn.ticks)
    this.#turn = { ticks: [], needsCommit: false }
    if (this.sentTime > this.storedTime) {
      throw new Error(`teatime ${this.sentTime} was sent, ${this.storedTime} is stored`)
    }
  }

  #output(): SessionOutput<StageMember> {
    const tell = (frame: string, members: readonly StageMember[]) => {
      for (const member of members) member.frames.push(frame)
    }
    return {
      reflect: (text, audience) => {
        this.#turn.needsCommit = true
        this.reflected.push(text)
        this.storedTime = Math.max(this.storedTime, this.session.progress(this.now).time)
        this.sentTime = Math.max(this.sentTime, JSON.parse(text)[0])
        tell(encodeRecv('S', text), audience)
      },
      tick: (time, audience) => {
        this.#turn.ticks.push(time)
        this.sentTime = Math.max(this.sentTime, time)
        tell(
          encodeTick('S', time),
          audience.filter((member) => member.isCaughtUp),
        )
      },
      sync: (member, sync) => {
        this.sentTime = Math.max(this.sentTime, sync.time)
        tell(syncFrame(sync), [member])
      },
      tell,
      stateChanged: () => {
        this.#turn.needsCommit = true
        this.storedTime = this.session.progress(this.now).time
      },
      timeReserved: () => {
        this.#turn.needsCommit = true
        this.storedTime = this.session.progress(this.now).time
      },
      snapshotTaken: (snapshot) => {
        this.#turn.needsCommit = true
        this.snapshots.push(snapshot)
      },
      presenceChanged: (change) => {
        this.#turn.needsCommit = true
        this.presence = presenceAfter(this.presence, change)
      },
      herald: (news) => this.heralded.push(news),
      report: (fact) => this.facts.push(fact),
    }
  }
}

function syncFrame({ snapshot, persistedPath, runs, ...args }: Sync): string {
  const start = snapshot
    ? { snapshotTime: snapshot.time, snapshotSeq: snapshot.seq }
    : persistedPath && { persisted: true as const }
  const url = snapshot?.path ?? persistedPath ?? ''
  const head = encodeSyncHead('S', { url, ...args, reflector: 'box', ...start })
  return head + runs.map((run) => run.text).join(',') + SYNC_TAIL
}
