import { encodeInfo, encodeRequ, type Info } from '../protocol/encode.ts'
import type { Join, Json, Message, Send, Snap, Ticks, Tutti } from '../protocol/messages.ts'
import { positionOf, seqAt } from '../protocol/seq.ts'
import { Absentees, type HasUser } from './absentees.ts'
import { Agenda, type Appointment } from './agenda.ts'
import { Debounce } from './debounce.ts'
import { History } from './history.ts'
import { headroomOf, MAX_BESIDE_LENGTH, REFUSAL, warningOf } from './history-limit.ts'
import type { HistoryRoom, JoinCost, Member, SessionCost, SessionOutput } from './ports.ts'
import type { SessionState, SnapshotRecord, StoredSession } from './record.ts'
import { Roster, usersOf } from './roster.ts'
import { SnapshotRequests } from './snapshot-requests.ts'
import { CompletedTallies, OpenTallies, type OpenTally, tallyPayload } from './tally.ts'
import { Teatime } from './teatime.ts'
import { TickBeat } from './tick-beat.ts'
import { TimeReserve } from './time-reserve.ts'
import { lengthOfUser, UserLengths } from './user-lengths.ts'

/** Joins and leaves are gathered for this long before they are announced (ms). */
const USERS_DELAY_MS = 200
/** How long a tally waits for missing votes (ms). */
const TALLY_TIMEOUT_MS = 1000
/** Users are told no more often than this that messages are refused (ms). */
const REFUSALS_TOLD_MS = 1000
/** A message is held back by `delay` no longer than this (ms of real time, SEND4). */
const MAX_HOLD_MS = 5000
/** When messages of this length (UTF-16 units) are held back, members are better not read from (LIMIT15). */
const PRESSED_LENGTH = 1_000_000

/** Of those who are gone and not announced, a session remembers so many; of more, the oldest are announced. */
const MAX_GONE = 500
/** A joiner whose user is no longer (UTF-16 units) finds room whatever others take. */
const ORDINARY_USER_LENGTH = 4000

/** Messages that wait for `delay` to be over. */
interface Held {
  readonly messages: Message[]
  /** UTF-16 units */
  length: number
  /** teatime that members had reached by themselves: no message may be earlier */
  readonly heardTime: number
}

/** What a session is, and what it started from. */
type SessionAbout = Pick<
  SessionState,
  'name' | 'appId' | 'persistentId' | 'isAppUnknown' | 'pageUrl' | 'persistedPath'
>

/** What became of an announced snapshot. */
type SnapshotFate = 'taken' | 'not newer' | 'from the future' | 'messages are gone'

/**
 * The rules of one session: it stamps messages, keeps them, and decides who hears what and when.
 * Pure: it is given `now` (monotonic ms) with every call and asks to be woken at {@link nextDue}.
 */
export class Session<M extends Member> {
  readonly id: string
  readonly #output: SessionOutput<M>
  readonly #room: HistoryRoom
  readonly #agenda = new Agenda()
  readonly #roster: Roster
  readonly #absentees: Absentees
  readonly #debounce = new Debounce()
  readonly #openTallies = new OpenTallies()
  readonly #completedTallies: CompletedTallies
  readonly #teatime: Teatime
  readonly #history: History
  readonly #beat: TickBeat
  readonly #reserve = new TimeReserve()
  readonly #snapshotRequests = new SnapshotRequests()
  /** all connections that got SYNC, until their leave delay is over */
  readonly #members = new Set<M>()
  /** members with a user and an open socket; replaced, never changed, so that outputs may keep it */
  #audience: readonly M[] = []
  /** how many of them are no viewers */
  #participantCount = 0
  /** members whose socket is closed, the oldest first, and when they are given up */
  readonly #gone = new Map<M, Appointment>()
  readonly #userLengths = new UserLengths()
  #usersPending = false
  #lastRefusalTold = -Infinity
  #held: Held | undefined
  #snapshot: SnapshotRecord | undefined
  /** what only JOIN and SYNC need */
  #about: Pick<SessionState, keyof SessionAbout | 'timeline' | 'tove' | 'flags'>
  #delay: number
  #leaveDelay: number
  /** what is told who is here: by the newest JOIN, not stored */
  #heraldUrl: string | undefined

  constructor(
    id: string,
    output: SessionOutput<M>,
    room: HistoryRoom,
    stored: StoredSession,
    now: number,
  ) {
    const { state, presence } = stored
    this.id = id
    this.#output = output
    this.#room = room
    this.#about = state
    this.#snapshot = stored.snapshot
    this.#teatime = new Teatime(now, state.time, state.scale)
    this.#history = new History(state.position, stored.messages)
    this.#beat = new TickBeat(state.tick)
    this.#delay = state.delay
    this.#leaveDelay = presence.leaveDelay
    this.#roster = new Roster(presence.announced)
    this.#absentees = new Absentees(presence.announced)
    for (const absent of presence.announced) this.#userLengths.add(absent)
    this.#agenda.at(now + this.#leaveDelay, (later) => this.#giveUpAbsentees(later))
    this.#completedTallies = new CompletedTallies(state.completedTallies)
  }

  /** When {@link wake} has something to do; Infinity for never. */
  get nextDue(): number {
    return Math.min(this.#beat.nextDue, this.#agenda.nextDue, this.#snapshotRequests.nextDue)
  }

  /** How many connections it counts: those whose leave delay still runs, and absentees, too. */
  get memberCount(): number {
    return this.#members.size + this.#absentees.count
  }

  /** Whether the sockets of all its members are closed. */
  get isDeserted(): boolean {
    return this.#gone.size === this.#members.size
  }

  /** All connections that hear it, or are given up later. */
  get members(): Iterable<M> {
    return this.#members
  }

  /** Of the snapshot that joiners start from; undefined: there is none. */
  get snapshotPath(): string | undefined {
    return this.#snapshot?.path
  }

  /** How many users hear it, or will as soon as they have taken their SYNC. */
  get userCount(): number {
    return this.#audience.length
  }

  has(member: M): boolean {
    return this.#members.has(member)
  }

  get users(): Json[] {
    return [...this.#members].map((member) => member.user ?? null)
  }

  get about(): SessionAbout {
    return this.#about
  }

  /** Whether so much is held back that nothing more should be taken in until it is let out. */
  get isPressed(): boolean {
    return this.#held !== undefined && this.#held.length >= PRESSED_LENGTH
  }

  /** What it keeps beside its history: users, votes, tags and messages held back (UTF-16 units, LIMIT14). */
  get besideLength(): number {
    const held = this.#held?.length ?? 0
    return this.#userLengths.total + this.#openTallies.length + this.#debounce.length + held
  }

  /**
   * Whether it has room for one more user. Those who are gone make room first: they are announced before
   * their leave delay is over (LIMIT17).
   */
  makesRoomFor(user: Json | undefined, now: number): boolean {
    const length = lengthOfUser(user)
    if (length <= ORDINARY_USER_LENGTH) return true
    const most = Math.min(MAX_BESIDE_LENGTH, this.#room.maxBytes)
    while (this.besideLength + length > most && this.#gone.size > 0) this.#giveUpOldest(now)
    return this.besideLength + length <= most
  }

  /** What a SYNC would hold now. */
  get joinCost(): JoinCost {
    return { messages: this.#history.count, bytes: this.#history.length }
  }

  get cost(): SessionCost {
    return { ...this.joinCost, besideBytes: this.besideLength }
  }

  /** Where a restored session goes on: at or after any teatime that members have reached (TIME6). */
  progress(now: number): Pick<SessionState, 'time' | 'position'> {
    const time = Math.max(this.#reachedTime(now), this.#reserve.until)
    return { time, position: this.#history.position }
  }

  /** What must outlive memory, as of now. */
  state(now: number): SessionState {
    return {
      ...this.#about,
      ...this.progress(now),
      tick: this.#beat.interval,
      delay: this.#delay,
      scale: this.#teatime.scale,
      completedTallies: this.#completedTallies.memory,
    }
  }

  /** Lets a connection in: SYNC first, then it hears the session. Again for one that is in: SYNC only. */
  join(member: M, join: Join, now: number): void {
    if (!member.isViewer || this.memberCount === 0) this.#takeOver(join)
    if (member.saysWhichApp) this.#learnApp(join)
    this.#sync(member, now)
    this.#output.stateChanged()
    if (this.#members.has(member)) return
    const back = this.#absentees.takeBack(member.user) // USERS10
    this.#members.add(member)
    if (back) this.#userLengths.remove(back)
    this.#room.took(this.#userLengths.add(member))
    if (member.user === undefined) return
    this.#setAudience([...this.#audience, member])
    this.#beat.start(now)
    this.#requestSnapshot(now)
    if (back) {
      this.#roster.replace(back, member)
      return
    }
    this.#roster.join(member)
    this.#announceUsersSoon(now)
  }

  /** Its socket is closed: it hears nothing more at once and is announced after its leave delay. */
  leave(member: M, now: number): void {
    if (!this.#members.has(member)) return
    this.#setAudience(this.#audience.filter((other) => other !== member))
    if (this.#audience.length === 0) this.#beat.stop()
    this.#requestSnapshot(now)
    const due = now + this.#leaveDelay
    this.#gone.set(
      member,
      this.#agenda.at(due, (later) => this.#remove(member, later)),
    )
    if (this.#gone.size > MAX_GONE) this.#giveUpOldest(now)
  }

  send({ message, tags }: Send, now: number): void {
    if (tags && !this.#debounce.passes(tags, now)) return
    this.#post(message, now)
  }

  vote(vote: Tutti, now: number): void {
    const tally = this.#openTallies.get(vote.tuttiKey) ?? this.#openTally(vote, now)
    if (!tally) return
    const result = this.#openTallies.count(tally, vote.payload)
    if (result === 'complete') this.#completeTally(tally, now)
    if (result === 'no room') this.#output.report({ kind: 'vote refused' })
  }

  setTicks({ tick, delay, scale }: Ticks, now: number): void {
    this.#reserve.giveUp(this.#reachedTime(now)) // what is ahead of that by another scale may be hours
    if (delay !== undefined && delay > 0) this.#delay = delay
    this.#teatime.setScale(scale !== undefined && scale > 0 ? scale : 1, now)
    if (tick !== undefined && tick > 0) {
      this.#beat.setInterval(tick)
      if (this.#audience.length > 0) this.#beat.restart(now)
    }
    this.#output.stateChanged()
  }

  /** Takes a snapshot whose file is there, unless one at least as new is known; else why not (SNAP2, SNAP3). */
  takeSnapshot(snap: Snap, path: string, now: number): SnapshotFate {
    if (this.#snapshot && snap.time <= this.#snapshot.time) return 'not newer'
    const position = positionOf(snap.seq, this.#history.position)
    if (position === undefined || snap.time > this.#reachedTime(now)) return 'from the future'
    if (position < this.#history.position - this.#history.count) return 'messages are gone'
    this.#snapshot = { path, hash: snap.hash, time: snap.time, seq: snap.seq, position }
    this.#history.dropThrough(position)
    this.#output.snapshotTaken(this.#snapshot)
    this.#snapshotRequests.snapshotTaken(now)
    this.#requestSnapshot(now)
    return 'taken'
  }

  /** Asks all who can make one for a snapshot at once, because somebody wants one; tells how many these are. */
  askForSnapshot(): number {
    const able = participantsOf(this.#audience)
    if (able.length > 0) this.#output.tell(encodeRequ(this.id), able)
    return able.length
  }

  /** Real ms since this run of the session began, if it has the `rawtime` flag. */
  rawTime(now: number): number | undefined {
    return this.#about.flags.rawtime ? this.#teatime.rawAt(now) : undefined
  }

  /**
   * The teatime that members have reached by themselves: with a delay they tick on after a tick of
   * ours, for at most as long as the next one takes (SEND4).
   */
  get #heardTime(): number {
    return this.#delay > 0 ? this.#beat.lastTick + Math.min(this.#delay, this.#beat.interval) : 0
  }

  #reachedTime(now: number): number {
    return Math.max(this.#teatime.at(now), Math.ceil(this.#heardTime))
  }

  /** Does what is due by now. */
  wake(now: number): void {
    this.#agenda.run(now)
    if (this.#snapshotRequests.nextDue <= now) this.#requestSnapshot(now)
    if (this.#beat.isDue(now)) this.#tick(now)
  }

  /** The session is about to be put away: what `delay` holds back is reflected, and time stops here. */
  settle(now: number): void {
    this.#releaseHeld(now)
    this.#reserve.giveUp(0)
    this.#output.stateChanged()
  }

  /** What is the session's and told by whoever joined last (JOIN6). */
  #takeOver({ flags, pageUrl, leaveDelay, heraldUrl }: Join): void {
    this.#about = { ...this.#about, flags, pageUrl }
    this.#heraldUrl = heraldUrl
    if (this.#leaveDelay === leaveDelay) return
    this.#leaveDelay = leaveDelay
    this.#reportPresence()
  }

  /** Whose word it is says which app runs here; the first such word counts for ever (ROLE8). */
  #learnApp({ name, appId, persistentId }: Join): void {
    if (!this.#about.isAppUnknown || !appId) return
    this.#about = { ...this.#about, name, appId, persistentId, isAppUnknown: false }
  }

  #setAudience(audience: readonly M[]): void {
    this.#audience = audience
    this.#participantCount = participantsOf(audience).length
  }

  #sync(member: M, now: number): void {
    const { timeline, tove, flags, persistedPath } = this.#about
    const time = this.#teatime.at(now)
    const seq = seqAt(this.#history.position)
    const snapshot = this.#snapshot
    const runs = this.#history.runs()
    this.#output.sync(member, { time, seq, timeline, tove, flags, snapshot, persistedPath, runs })
  }

  #tick(now: number): void {
    this.#beat.next(now)
    if (!this.#audience.some((member) => member.isCaughtUp)) return // TICK4
    const time = this.#teatime.at(now)
    this.#beat.lastTick = time
    const reached = this.#reachedTime(now)
    if (this.#reserve.isUsedUp(reached)) this.#reserveTime(now)
    else if (this.#reserve.isShort(reached, this.#beat.interval, this.#teatime.scale)) {
      this.#agenda.at(now, (later) => this.#reserveTime(later))
    }
    this.#output.tick(time, this.#audience)
  }

  /** Has a later teatime stored, before anything else is let out. */
  #reserveTime(now: number): void {
    const isLater = this.#reserve.renew(now, this.#reachedTime(now), this.#teatime.scale)
    if (isLater) this.#output.timeReserved()
  }

  /** Stamps and reflects a message, unless it must wait for `delay` or the history is full. */
  #post(message: Message, now: number): void {
    if (!this.#held) {
      const heardTime = this.#heardTime
      const due = this.#delay > 0 ? this.#teatime.when(heardTime) : now
      if (due <= now) {
        this.#reflect(message, now)
        return
      }
      this.#held = { messages: [], length: 0, heardTime: Math.ceil(heardTime) }
      this.#beat.stop()
      this.#agenda.at(Math.min(due, now + MAX_HOLD_MS), (later) => this.#releaseHeld(later))
    }
    if (!this.#hasRoom(now)) return
    this.#held.messages.push(message)
    this.#held.length += lengthOf(message)
  }

  #releaseHeld(now: number): void {
    const held = this.#held
    if (!held) return
    this.#held = undefined
    this.#teatime.reach(held.heardTime)
    for (const message of held.messages) this.#reflect(message, now)
    // If none was reflected, the beat still stands.
    if (this.#audience.length > 0) this.#beat.start(now)
  }

  #reflect(message: Message, now: number): void {
    if (!this.#hasRoom(now)) return
    const time = this.#teatime.at(now)
    const seq = seqAt(this.#history.position + 1)
    const raw = this.rawTime(now)
    const rest = raw === undefined ? message.rest : [...message.rest.slice(0, -1), `${raw}`]
    const more = rest.length > 0 ? `,${rest.join()}` : ''
    const text = `[${time},${seq},${message.payload}${more}]`
    this.#history.push(text)
    this.#room.took(text.length)
    this.#output.reflect(text, this.#audience)
    if (this.#audience.length > 0) this.#beat.restart(now) // TICK2
    this.#requestSnapshot(now)
  }

  /** A message of the reflector's own. */
  #postOwn(payload: { [key: string]: Json }, now: number): void {
    const json = JSON.stringify(payload)
    const sized = `${json.slice(0, -1)},"_size":${json.length}}`
    this.#post({ payload: sized, rest: [] }, now)
  }

  /** Asks those who can make one for a snapshot if it is time to. */
  #requestSnapshot(now: number): void {
    const { count: messages, length: bytes } = this.#history
    const history = { messages, bytes, maxBytes: this.#room.maxBytes }
    const why = this.#snapshotRequests.next(history, this.#participantCount, now)
    if (!why) return
    this.#output.tell(encodeRequ(this.id), participantsOf(this.#audience))
    this.#output.report({ kind: 'snapshot requested', messages, why })
    if (this.#snapshotRequests.isOverdue) {
      this.#output.report({ kind: 'snapshot overdue', messages })
    }
  }

  /** Warns of a history that fills; false when it is full (SNAP7). */
  #hasRoom(now: number): boolean {
    const history = this.#historyToBe
    const { messages } = history
    const headroom = headroomOf(history, this.#room.maxBytes)
    if (headroom > 0) {
      this.#warn(warningOf(headroom, messages))
      return true
    }
    if (now - this.#lastRefusalTold >= REFUSALS_TOLD_MS) {
      this.#lastRefusalTold = now
      this.#warn(REFUSAL)
    }
    this.#output.report({ kind: 'message refused', messages })
    return false
  }

  /** The history as it is when what is held back is in it. */
  get #historyToBe(): JoinCost {
    const { joinCost } = this
    const held = this.#held
    if (!held) return joinCost
    const { messages, bytes } = joinCost
    return { messages: messages + held.messages.length, bytes: bytes + held.length }
  }

  #warn(info: Info | undefined): void {
    if (info) this.#output.tell(encodeInfo(this.id, info), [...this.#members])
  }

  #openTally(vote: Tutti, now: number): OpenTally | undefined {
    const time = this.#teatime.at(now)
    if (this.#completedTallies.refuses(vote.tuttiKey, vote.sendTime, time)) return undefined
    if (this.#openTallies.isFull || this.besideLength > MAX_BESIDE_LENGTH) {
      this.#output.report({ kind: 'vote refused' })
      return undefined
    }
    if (vote.firstMessage) this.#post(vote.firstMessage, now)
    const { tuttiKey, sendTime, wantsVote, tallyTarget } = vote
    const tally: OpenTally = {
      question: { tuttiKey, sendTime, wantsVote, tallyTarget },
      counts: new Map(),
      payloadsLength: 0,
      missing: participantsOf([...this.#members]).length + this.#absentees.count,
      timeout: this.#agenda.at(now + TALLY_TIMEOUT_MS, (later) =>
        this.#completeTally(tally, later),
      ),
    }
    this.#openTallies.open(tally)
    return tally
  }

  #completeTally(tally: OpenTally, now: number): void {
    const { tuttiKey, sendTime } = tally.question
    this.#agenda.cancel(tally.timeout)
    this.#openTallies.close(tally)
    this.#completedTallies.add(tuttiKey, sendTime, this.#teatime.at(now))
    if (tally.missing > 0) {
      this.#output.report({ kind: 'votes missing', tuttiKey, missing: tally.missing })
    }
    const payload = tallyPayload(tally)
    if (payload) this.#postOwn(payload, now)
    this.#output.stateChanged()
  }

  #giveUpOldest(now: number): void {
    const [oldest] = this.#gone
    if (!oldest) return
    const [member, appointment] = oldest
    this.#agenda.cancel(appointment)
    this.#remove(member, now)
  }

  #remove(member: M, now: number): void {
    this.#gone.delete(member)
    this.#userLengths.remove(member)
    this.#members.delete(member)
    if (member.user !== undefined) this.#announceLeft(member, now)
  }

  #giveUpAbsentees(now: number): void {
    for (const absent of this.#absentees.takeAll()) {
      this.#userLengths.remove(absent)
      this.#announceLeft(absent, now)
    }
  }

  #announceLeft(who: HasUser, now: number): void {
    this.#roster.leave(who)
    this.#announceUsersSoon(now)
  }

  #reportPresence(): void {
    this.#output.presenceChanged({ ...this.#roster.takeNews(), leaveDelay: this.#leaveDelay })
  }

  #announceUsersSoon(now: number): void {
    if (this.#usersPending) return
    this.#usersPending = true
    this.#agenda.at(now + USERS_DELAY_MS, (later) => this.#announceUsers(later))
  }

  #announceUsers(now: number): void {
    this.#usersPending = false
    if (!this.#roster.hasChanges) return
    const all = usersOf([...this.#members, ...this.#absentees.all])
    const isAnybodyHere = all.length > 0
    const { joined, left } = isAnybodyHere ? this.#roster.take() : this.#roster.forget()
    // Clients compare `active` with how many were announced to them (USERS1).
    const { unannounced } = this.#roster
    const active = all.length - unannounced
    this.#reportPresence()
    this.#output.report({ kind: 'users', active, joined: joined.length, left: left.length })
    // USERS4: if nobody is there, nobody would hear it.
    if (isAnybodyHere) {
      const total = this.memberCount - unannounced
      const payload: { [key: string]: Json } = { what: 'users', active, total }
      if (joined.length > 0) payload.joined = joined
      if (left.length > 0) payload.left = left
      this.#postOwn(payload, now)
    }
    const url = this.#heraldUrl
    if (url !== undefined) this.#output.herald({ url, all, joined, left })
    if (this.#roster.hasChanges) this.#announceUsersSoon(now)
  }
}

/** UTF-16 units of what of a message is kept. */
function lengthOf({ payload, rest }: Message): number {
  return rest.reduce((sum, part) => sum + part.length + 1, payload.length)
}

function participantsOf<M extends Member>(members: readonly M[]): readonly M[] {
  return members.filter((member) => !member.isViewer)
}
