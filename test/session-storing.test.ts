import Sqlite from 'better-sqlite3'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { announcedIn } from '../src/db/announced.ts'
import { messagesIn } from '../src/db/messages.ts'
import { migrate } from '../src/db/migrations.ts'
import { savedIn } from '../src/db/saved.ts'
import { sessionsIn } from '../src/db/sessions.ts'
import { snapshotsIn } from '../src/db/snapshots.ts'
import { Backlog } from '../src/journal/backlog.ts'
import { packCommit, unpackCommit } from '../src/journal/commit-payload.ts'
import { checksumSeed, decodeRecords, encodeRecord } from '../src/journal/commit-record.ts'
import { restore } from '../src/journal/restore.ts'
import { transactionIn } from '../src/journal/transaction.ts'
import { ProtocolError } from '../src/protocol/close-code.ts'
import { decode } from '../src/protocol/decode.ts'
import type { Join } from '../src/protocol/messages.ts'
import { Outbox, type Receiver } from '../src/reflector/outbox.ts'
import { Turn } from '../src/reflector/turn.ts'
import { newSession } from '../src/session/new-session.ts'
import type { JournalEntry, StoredSession } from '../src/session/record.ts'
import { Session } from '../src/session/session.ts'
import type { RefusedSessions } from '../src/session/session-store.ts'
import { ManualClock } from './support/manual-clock.ts'
import { MemorySessionStore } from './support/memory-session-store.ts'

const ID = 'S'
const SEED = checksumSeed('db')
const NOBODY: RefusedSessions = new Map()

/** Whatever may stand in a field, and what is right just often enough. */
const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 0.1, 50, 33.33, 1e21),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const text = fc.oneof(
  fc.constantFrom('', '\ud800', '\udfff\ud800', '\0', '"\\\n\u2028', '__proto__', 'é😀', '],["'),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
const json = fc.oneof(
  text,
  number,
  fc.jsonValue({ maxDepth: 3 }),
  fc
    .constantFrom('{"__proto__":{"a":1}}', '{"constructor":1,"toString":null}')
    .map((it) => JSON.parse(it)),
  fc
    .integer({ min: 1, max: 120 })
    .map((depth) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)),
)
const ticks = fc.record({ tick: number, delay: number, scale: number }, { requiredKeys: [] })
const joinArgs = fc.record(
  {
    name: text,
    appId: text,
    persistentId: text,
    url: text,
    user: json,
    ticks,
    tove: text,
    leaveDelay: number,
    flags: fc.oneof(fc.constant({ rawtime: true }), json),
    version: fc.constant(1),
    apiKey: fc.constant(''),
  },
  { requiredKeys: ['user', 'version', 'apiKey'] },
)
const tutti = fc.tuple(
  number,
  number,
  json,
  fc.option(fc.tuple(number, number, json)),
  fc.boolean(),
  json,
  text,
)

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('JOIN'), joinArgs) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('SEND'), fc.array(json, { maxLength: 6 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('TUTTI'), tutti) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('TICKS'), ticks) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('leave'), fc.nat(5)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('wait'), fc.nat(3000)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('turn'), fc.constant(0)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart'), fc.boolean()) },
)

/** A database as the journal's thread fills it. */
class Filled {
  readonly #db = new Sqlite(':memory:')
  readonly #commit: ReturnType<typeof transactionIn>
  #number = 0

  constructor() {
    migrate(this.#db)
    this.#commit = transactionIn(this.#db, { wallTime: () => 1, keptSnapshots: 3 })
  }

  /** Takes commits as one. */
  take(commits: ReadonlyArray<readonly JournalEntry[]>): void {
    const backlog = new Backlog()
    for (const entries of commits) backlog.add(entries)
    this.#commit(unpackCommit(structuredClone(packCommit(backlog.entries))), ++this.#number)
  }

  session(): StoredSession | undefined {
    const source = {
      ...{ sessions: sessionsIn(this.#db), announced: announcedIn(this.#db) },
      ...{
        messages: messagesIn(this.#db),
        snapshots: snapshotsIn(this.#db),
        saved: savedIn(this.#db),
      },
      ...{ keptSnapshots: 3, uploadsDir: '', bytesOf: () => undefined },
      onProblem: (problem: unknown) => expect(problem).toBeUndefined(),
    }
    const steps = restore(source, { sessionId: ID, appId: undefined, persistentId: undefined })
    const messages = []
    for (let next = steps.next(); ; next = steps.next()) {
      if (next.done) return next.value.session && { ...next.value.session, messages }
      if (next.value) messages.push(next.value)
    }
  }

  close(): void {
    this.#db.close()
  }
}

/** One session with its outbox, whose commits go into all stores. */
class Storing {
  readonly memory = new MemorySessionStore()
  #clock = new ManualClock()
  #turn = this.#newTurn()
  readonly failures: unknown[] = []
  readonly commits: Array<readonly JournalEntry[]> = []
  #outbox = this.#newOutbox()
  #session: Session<Receiver> | undefined
  #members: Receiver[] = []

  async do(what: string, args: unknown): Promise<void> {
    const now = this.#clock.now()
    if (what === 'turn') await this.#endTurn()
    else if (what === 'wait') await this.#wait(now + (args as number))
    else if (what === 'restart') await this.#restart(args === true)
    else if (what === 'leave') this.#leave(args as number, now)
    else this.#hear(JSON.stringify({ id: ID, action: what, args }), now)
  }

  /** Whatever may still be to be stored is. */
  async end(): Promise<void> {
    this.#session?.settle(this.#clock.now())
    await this.#endTurn()
    expect(this.failures).toEqual([])
  }

  /** The session as it is. */
  get now() {
    return this.#session?.state(this.#clock.now())
  }

  #hear(frame: string, now: number): void {
    try {
      const message = decode(frame)
      if (message.action === 'JOIN') this.#join(message, now)
      else if (message.action === 'SEND') this.#session?.send(message, now)
      else if (message.action === 'TUTTI') this.#session?.vote(message, now)
      else if (message.action === 'TICKS') this.#session?.setTicks(message, now)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
    }
  }

  #join(join: Join, now: number): void {
    const { user } = join
    const member = {
      ...{ user, isCaughtUp: true, isViewer: false, saysWhichApp: true },
      ...{ write: () => {}, sendSync: () => {} },
    }
    this.#session ??= this.#start(newSession(join, 'timeline', undefined), now)
    this.#session.join(member, join, now)
    this.#members.push(member)
  }

  #leave(index: number, now: number): void {
    for (const member of this.#members.splice(index, 1)) this.#session?.leave(member, now)
  }

  async #wait(until: number): Promise<void> {
    while (this.#session && this.#session.nextDue <= until) {
      this.#clock.advanceTo(Math.max(this.#clock.elapsed, this.#session.nextDue))
      this.#session.wake(this.#clock.now())
      await this.#endTurn()
    }
    this.#clock.advanceTo(until)
  }

  /** In order, or by a sudden end. */
  async #restart(isInOrder: boolean): Promise<void> {
    if (isInOrder) await this.end()
    const { session } = await this.memory.load(ID, undefined, undefined)
    const { elapsed } = this.#clock
    this.#clock = new ManualClock()
    this.#clock.advanceTo(elapsed)
    this.#turn = this.#newTurn()
    this.#outbox = this.#newOutbox()
    this.#members = []
    this.#outbox.start(session?.state)
    this.#session = session && this.#start(session, this.#clock.now())
  }

  #start(stored: StoredSession, now: number): Session<Receiver> {
    return new Session<Receiver>(ID, this.#outbox, { maxBytes: 1e9, took: () => {} }, stored, now)
  }

  #newTurn(): Turn {
    const committer = {
      ...{ isStalled: false, end: () => {} },
      commit: (entries: readonly JournalEntry[]) => this.#take(entries),
    }
    const failed = (error: unknown) => this.failures.push(error)
    return new Turn(committer, this.#clock, { relieved: () => {}, failed })
  }

  #newOutbox(): Outbox {
    const none = () => {}
    return new Outbox({
      sessionId: ID,
      turn: this.#turn,
      metrics: {
        ...{ ticked: none, messagesReflected: none, snapshotTaken: none, snapshotRequested: none },
        ...{ connectionOpened: none, connectionClosed: none, sessionOpened: none },
        ...{ sessionClosed: none, latency: none, limitBreached: none, viewerMessageDropped: none },
      },
      source: {
        state: () => this.#known.state(this.#clock.now()),
        progress: () => this.#known.progress(this.#clock.now()),
      },
      report: none,
      herald: none,
      onRefused: none,
    })
  }

  get #known(): Session<Receiver> {
    if (!this.#session) throw new Error('nobody joined yet')
    return this.#session
  }

  async #take(entries: readonly JournalEntry[]): Promise<RefusedSessions> {
    this.commits.push(entries)
    await this.memory.commit(entries)
    return NOBODY
  }

  async #endTurn(): Promise<void> {
    while (this.#clock.endTurn()) await new Promise(setImmediate)
  }
}

/** JSON knows no negative zero. */
function asJson(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(asJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asJson(part)]))
}

it('stores whatever members send, and gives it back from the log and from the database', async () => {
  const batch = fc.integer({ min: 1, max: 7 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      batch,
      async (steps, size) => {
        const storing = new Storing()
        const filled = new Filled()
        for (const [what, args] of steps) await storing.do(what, args)
        await storing.end()
        const { commits } = storing
        const record = (entries: readonly JournalEntry[], number: number) => ({ number, entries })
        const log = commits.flatMap((entries, number) => [
          ...encodeRecord(SEED, record(entries, number)),
        ])
        expect([...decodeRecords(SEED, Buffer.concat(log))]).toEqual(asJson(commits.map(record)))
        for (let at = 0; at < commits.length; at += size) filled.take(commits.slice(at, at + size))
        const { session } = await storing.memory.load(ID, undefined, undefined)
        const stored = filled.session()
        filled.close()
        expect(textOf(stored)).toEqual(textOf(session))
        expect(asJson(partsOf(stored))).toEqual(asJson(partsOf(session)))
        if (session) expect(asJson(session.state)).toEqual(asJson(storing.now))
      },
    ),
    { numRuns: 150 },
  )
})

/** A database keeps no half of a surrogate pair in a column of text. */
function partsOf(session: StoredSession | undefined) {
  const { state, snapshot, presence } = session ?? {}
  const texts = Object.entries(state ?? {}).map(([field, value]) => [
    field,
    typeof value === 'string' ? value.toWellFormed() : value,
  ])
  return { state: Object.fromEntries(texts), snapshot, presence }
}

function textOf(session: StoredSession | undefined): string | undefined {
  return session?.messages.map((run) => run.text).join()
}
