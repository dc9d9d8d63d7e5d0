import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { closeDatabase, openDatabase } from '../src/db/database.ts'
import { garbageIn } from '../src/db/garbage.ts'
import { messagesIn } from '../src/db/messages.ts'
import { savedIn } from '../src/db/saved.ts'
import { sessionsIn } from '../src/db/sessions.ts'
import { snapshotsIn } from '../src/db/snapshots.ts'
import { parseFilePath } from '../src/files/file-path.ts'
import { createFileStore, type FileStore } from '../src/files/file-store.ts'
import { type Archive, openArchive } from '../src/journal/archive.ts'
import { collectGarbage, type GarbageRules } from '../src/journal/garbage.ts'
import { journalOptions, newMessages, stateAt } from '../src/journal/sample-records.ts'
import { type Trash, trashIn } from '../src/journal/trash.ts'
import type { JournalEntry, SnapshotRecord } from '../src/session/record.ts'

/** Later than the times of files, which are real: an inventory leaves alone what seems to be just coming in. */
const START = Date.UTC(2100, 0, 1)
const HOUR = 3_600_000
const DAY = 24 * HOUR
const KEPT = 3
/** Steps of garbage collection between two things that others do. */
const LONGEST_PAUSE_STEPS = 7
const APP = 'org.example.app'
const BYTES = 'bytes'
const HASH = createHash('sha256').update(BYTES).digest('base64url')

const names = ['a', 'b', 'c'] as const
type Name = (typeof names)[number]
/** Two sessions share what they save, the third has its own. */
const OWNERS: Readonly<Record<Name, string>> = { a: 'p', b: 'p', c: 'q' }

const who = fc.constantFrom(...names)
const what = <const T extends string>(name: T) => fc.constant(name)
const which = fc.nat(3)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: what('upload snapshot'), who, which }) },
  { weight: 2, arbitrary: fc.record({ what: what('upload save'), who, which }) },
  { weight: 1, arbitrary: fc.record({ what: what('upload data'), who, which }) },
  { weight: 10, arbitrary: fc.record({ what: what('upload again'), index: fc.nat(50) }) },
  { weight: 6, arbitrary: fc.record({ what: what('announce snapshot'), who }) },
  { weight: 9, arbitrary: fc.record({ what: what('snap'), who, which }) },
  { weight: 3, arbitrary: fc.record({ what: what('announce save'), who, index: fc.nat(50) }) },
  { weight: 4, arbitrary: fc.record({ what: what('send'), who, count: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ what: what('join'), who, isOvertaken: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: what('park'), who }) },
  {
    weight: 9,
    arbitrary: fc.record({ what: what('wait'), hours: fc.constantFrom(1, 5, 23, 25, 30, 60, 200) }),
  },
  { weight: 8, arbitrary: fc.record({ what: what('collect'), steps: fc.nat(12) }) },
  { weight: 3, arbitrary: fc.record({ what: what('collect all') }) },
  { weight: 2, arbitrary: fc.record({ what: what('trim') }) },
  { weight: 1, arbitrary: fc.record({ what: what('crash'), isOnRemoval: fc.boolean() }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** The index does not know a file any more, which is still there. */
const KILLED_ON_REMOVAL: Step[] = [
  { what: 'upload snapshot', who: 'a', which: 0 },
  { what: 'wait', hours: 30 },
  { what: 'crash', isOnRemoval: true },
]

/** The database as garbage collection and the checks use it, beside the archive. */
function openIndex(path: string) {
  const db = openDatabase(path)
  return {
    db,
    garbage: garbageIn(db),
    sessions: sessionsIn(db),
    snapshots: snapshotsIn(db),
    messages: messagesIn(db),
    saved: savedIn(db),
    find: db.prepare<[string]>('SELECT 1 FROM files WHERE path = ?'),
  }
}
type Index = ReturnType<typeof openIndex>

/** A box's folder with all that uses it, and a clock. Plays are on one until one fails. */
class Bed implements Trash {
  readonly dir = mkdtempSync(join(tmpdir(), 'garbage-'))
  now = START
  readonly running = new Set<string>()
  readonly files: FileStore
  archive!: Archive
  index!: Index
  isRemovalFailing = false
  #commits = 0
  /** while a file is noted as in use: before and after */
  meanwhile = () => {}

  readonly trashFailures: unknown[] = []
  readonly #trash: Trash

  constructor() {
    this.files = createFileStore({
      dir: this.dir,
      maxBytes: 100,
      onStored: (file, status) => {
        this.meanwhile()
        if (status === 'stored') this.archive.recordFile(file)
        else this.archive.keepFile(file.path)
        this.meanwhile()
      },
    })
    const { uploadsDir, trashDir } = this.files
    const onFailure = (error: unknown) => this.trashFailures.push(error)
    this.#trash = trashIn({ uploadsDir, trashDir, onFailure })
  }

  /** As a box does when it starts: it takes files into the index that it lacks. */
  open(): void {
    const options = { ...journalOptions(this.dir), uploadsDir: this.files.uploadsDir }
    const wallTime = () => this.now
    const onProblem = (problem: unknown) => expect(problem).toBeUndefined()
    this.archive = openArchive({ ...options, keptSnapshots: KEPT, wallTime, onProblem })
    this.index = openIndex(options.databasePath)
    for (const _ of this.archive.takeInventory());
  }

  commit(entries: readonly JournalEntry[]): void {
    this.#commits += 1
    this.archive.commit(entries, this.#commits)
  }

  close(): void {
    closeDatabase(this.index.db)
    this.archive.close(false)
    this.running.clear()
  }

  collection(rules: Omit<GarbageRules, 'running'>) {
    const wallTime = () => this.now
    const onCutShort = () => {}
    const source = { garbage: this.index.garbage, trash: this, wallTime, onCutShort }
    return collectGarbage(source, { ...rules, running: this.running })
  }

  get isFull(): boolean {
    return this.#trash.isFull
  }

  take(path: string): void {
    if (this.isRemovalFailing) throw new Error('killed')
    this.#trash.take(path)
  }

  onDisk(): string[] {
    const entries = readdirSync(this.files.uploadsDir, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.files.uploadsDir.length + 1))
  }

  isThere(path: string): boolean {
    return existsSync(join(this.files.uploadsDir, path)) && this.isKnown(path)
  }

  isKnown(path: string): boolean {
    return this.index.find.get(path) !== undefined
  }
}

/** What is known to be stored of a session. */
interface ModelSession {
  timeline: string
  position: number
  /** the newest last */
  readonly snapshots: SnapshotRecord[]
  visitedAt: number
  readonly persistedPath: string | undefined
}

/** Plays steps in a bed where nothing is, remembers what must be there, and leaves nothing in the end. */
class Play {
  readonly #bed: Bed
  #rules: Omit<GarbageRules, 'running'>
  readonly #sessions = new Map<Name, ModelSession>()
  readonly #saved = new Map<string, { path: string; at: number }>()
  readonly #uploaded = new Set<string>()
  /** when a file was uploaded, announced, or told to a joiner */
  readonly #used = new Map<string, number>()
  #timelines = 0
  #pauses = 0
  #collection: ReturnType<Bed['collection']> | undefined

  constructor(bed: Bed, rules: Omit<GarbageRules, 'running'>) {
    this.#bed = bed
    this.#rules = rules
    bed.now = START
    bed.meanwhile = () => void this.#collect(++this.#pauses % LONGEST_PAUSE_STEPS)
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const each of steps) {
      await this.#step(each)
      this.#check()
    }
    await this.#end()
  }

  async #step(each: Step): Promise<void> {
    const bed = this.#bed
    switch (each.what) {
      case 'upload snapshot':
        return this.#upload(this.#snapshotPath(each.who, each.which))
      case 'upload save':
        return this.#upload(this.#appPath(each.who, 'save', each.which))
      case 'upload data':
        return this.#upload(this.#appPath(each.who, 'data', each.which))
      case 'upload again': {
        const path = pick([...this.#uploaded], each.index)
        return path === undefined ? undefined : this.#upload(path)
      }
      case 'announce snapshot':
        return this.#announceSnapshot(each.who)
      case 'snap':
        this.#join(each.who, false)
        this.#send(each.who, 2)
        await this.#upload(this.#snapshotPath(each.who, each.which))
        return this.#announceSnapshot(each.who)
      case 'announce save':
        return this.#announceSave(each.who, each.index)
      case 'send':
        return this.#send(each.who, each.count)
      case 'join':
        return this.#join(each.who, each.isOvertaken)
      case 'park':
        return this.#park(each.who)
      case 'wait':
        bed.now += each.hours * HOUR
        return
      case 'collect':
        this.#collect(each.steps)
        return
      case 'collect all':
        return this.#collectAll()
      case 'trim':
        bed.archive.trim()
        return
      case 'crash':
        return this.#crash(each.isOnRemoval)
      default:
        each satisfies never
    }
  }

  #id(name: string): string {
    return name.padStart(43, '0')
  }

  #snapshotPath(name: Name, which: number): string {
    const { position = 0 } = this.#sessions.get(name) ?? {}
    const stamp = `${String(position).padStart(10, '0')}_${position}`
    return `snapshots/${this.#id(name)}/${stamp}-${String(which).padStart(43, 'h')}.snap`
  }

  #appPath(name: Name, folder: 'save' | 'data', which: number): string {
    const hash = folder === 'data' ? HASH : String(which).padStart(43, 'h')
    return `apps/${APP}/${this.#id(OWNERS[name])}/${folder}/${hash}`
  }

  async #upload(path: string): Promise<void> {
    const file = parseFilePath(path)
    if (!file) throw new Error(`no file path: ${path}`)
    await this.#bed.files.put(file, Readable.from([Buffer.from(BYTES)]))
    this.#uploaded.add(path)
    this.#use(path)
  }

  #use(path: string): void {
    this.#used.set(path, this.#bed.now)
  }

  /** As a box looks for a file that a client announces. */
  async #isKept(path: string): Promise<boolean> {
    const { archive, files, meanwhile } = this.#bed
    meanwhile()
    archive.keepFile(path)
    meanwhile()
    const isKept = (await files.stat(path)) !== undefined
    if (isKept) this.#use(path)
    meanwhile()
    return isKept
  }

  #running(name: Name): ModelSession | undefined {
    return this.#bed.running.has(this.#id(name)) ? this.#sessions.get(name) : undefined
  }

  async #announceSnapshot(name: Name): Promise<void> {
    const session = this.#running(name)
    const newest = session?.snapshots.at(-1)?.position ?? -1
    const path = [...this.#uploaded]
      .filter((each) => each.startsWith(`snapshots/${this.#id(name)}/`))
      .findLast(
        (each) => positionOf(each) > newest && positionOf(each) <= (session?.position ?? -1),
      )
    if (!session || path === undefined || !(await this.#isKept(path))) return
    const position = positionOf(path)
    const snapshot = { path, hash: path.slice(-48, -5), time: position, seq: position, position }
    this.#commit(name, session, { snapshot })
    session.snapshots.push(snapshot)
  }

  async #announceSave(name: Name, index: number): Promise<void> {
    const appId = APP
    const persistentId = this.#id(OWNERS[name])
    const prefix = `apps/${appId}/${persistentId}/save/`
    const path = pick(
      [...this.#uploaded].filter((each) => each.startsWith(prefix)),
      index,
    )
    if (!this.#running(name) || path === undefined || !(await this.#isKept(path))) return
    const saved = { appId, persistentId, path }
    this.#bed.commit([{ sessionId: this.#id(name), saved }])
    this.#saved.set(persistentId, { path, at: this.#bed.now })
  }

  /** Saves what is there and was not saved last, as a session of that id would. */
  #saveOther(persistentId: string): void {
    const { archive, now } = this.#bed
    const last = this.#saved.get(persistentId)?.path
    const path = [...this.#uploaded].find(
      (each) => each.includes(`${persistentId}/save/`) && each !== last && this.#bed.isThere(each),
    )
    if (path === undefined) return
    archive.recordFile({ path, bytes: BYTES.length })
    this.#bed.commit([{ sessionId: 'any', saved: { appId: APP, persistentId, path } }])
    this.#use(path)
    this.#saved.set(persistentId, { path, at: now })
  }

  #send(name: Name, count: number): void {
    const session = this.#running(name)
    if (!session || count === 0) return
    const messages = newMessages(session.position + 1, count)
    this.#bed.commit([{ sessionId: this.#id(name), messages }])
    session.position += count
  }

  #commit(name: Name, session: ModelSession, more: { snapshot?: SnapshotRecord } = {}): void {
    const { timeline, position, persistedPath } = session
    const owner = { appId: APP, persistentId: this.#id(OWNERS[name]) }
    const state = stateAt(position, { ...owner, timeline, persistedPath })
    this.#bed.commit([{ sessionId: this.#id(name), state, ...more }])
    session.visitedAt = this.#bed.now
  }

  /** @param isOvertaken others save before the session is stored */
  #join(name: Name, isOvertaken: boolean): void {
    const { archive, running, meanwhile } = this.#bed
    if (this.#running(name)) return
    const persistentId = this.#id(OWNERS[name])
    const request = { sessionId: this.#id(name), appId: APP, persistentId }
    const stored = this.#sessions.get(name)
    const saved = this.#saved.get(persistentId)
    running.add(request.sessionId)
    const steps = archive.restore(request)
    let next = steps.next()
    let position = 0
    while (!next.done) {
      if (next.value) position = next.value.first + next.value.count - 1
      meanwhile()
      next = steps.next()
    }
    const { session, persistedPath } = next.value
    if (isOvertaken) this.#saveOther(persistentId)
    meanwhile()
    expect(session?.snapshot).toEqual(stored?.snapshots.at(-1))
    expect(session?.state.position).toBe(stored?.position)
    if (session && session.state.position > (session.snapshot?.position ?? 0)) {
      expect(position).toBe(session.state.position)
    }
    if (session) return
    expect(persistedPath).toBe(saved?.path)
    const timeline = `timeline-${++this.#timelines}`
    const fresh = { timeline, position: 0, snapshots: [], visitedAt: this.#bed.now, persistedPath }
    this.#sessions.set(name, fresh)
    this.#commit(name, fresh)
    if (persistedPath !== undefined) this.#use(persistedPath)
  }

  #park(name: Name): void {
    const session = this.#running(name)
    if (!session) return
    this.#commit(name, session)
    this.#bed.running.delete(this.#id(name))
  }

  #collect(steps: number): boolean {
    for (let count = 0; count < steps; count++) {
      this.#collection ??= this.#bed.collection(this.#rules)
      const isDone = this.#collection.next().done === true
      this.#forgetExpired()
      if (isDone) {
        this.#collection = undefined
        return true
      }
    }
    return false
  }

  async #collectAll(): Promise<void> {
    while (!this.#collect(1)) await new Promise(setImmediate)
  }

  #crash(isOnRemoval: boolean): void {
    const bed = this.#bed
    bed.isRemovalFailing = isOnRemoval
    try {
      if (isOnRemoval) this.#collect(20)
    } catch (error) {
      expect(error).toEqual(new Error('killed'))
    }
    bed.isRemovalFailing = false
    this.#collection = undefined
    bed.close()
    bed.open()
  }

  /** What is gone and may be. */
  #forgetExpired(): void {
    const { index, now, running } = this.#bed
    const { sessionDays } = this.#rules
    const isOld = (at: number) => sessionDays > 0 && now - at > sessionDays * DAY
    for (const [name, { visitedAt }] of this.#sessions) {
      if (index.sessions.timelineOf(this.#id(name)) || !isOld(visitedAt)) continue
      if (!running.has(this.#id(name))) this.#sessions.delete(name)
    }
    for (const [persistentId, { at }] of this.#saved) {
      if (index.saved.pathOf(APP, persistentId) !== undefined || !isOld(at)) continue
      const owns = (name: Name) => this.#id(OWNERS[name]) === persistentId
      if (![...this.#sessions.keys()].some(owns)) this.#saved.delete(persistentId)
    }
  }

  #check(): void {
    for (const [name, session] of this.#sessions) this.#checkSession(name, session)
    for (const [persistentId, { path }] of this.#saved) {
      expect(this.#bed.index.saved.pathOf(APP, persistentId)).toBe(path)
      expect(this.#bed.isThere(path)).toBe(true)
    }
    for (const [path, at] of this.#used) {
      if (this.#bed.now - at <= DAY) expect(this.#bed.isThere(path)).toBe(true)
    }
  }

  #checkSession(name: Name, { snapshots, position, persistedPath }: ModelSession): void {
    const { index } = this.#bed
    const { key = 0 } = index.sessions.timelineOf(this.#id(name)) ?? {}
    const kept = snapshots.slice(-KEPT)
    expect(index.snapshots.newestFirst(key, KEPT)).toEqual(kept.toReversed())
    let reached = kept.length < KEPT ? 0 : (kept[0]?.position ?? 0)
    for (const run of index.messages.after(key, reached)) {
      expect(run.first).toBeLessThanOrEqual(reached + 1)
      reached = run.first + run.count - 1
    }
    expect(reached).toBe(position)
    for (const { path } of kept) expect(this.#bed.isThere(path)).toBe(true)
    if (persistedPath !== undefined) expect(this.#bed.isThere(persistedPath)).toBe(true)
    const newest = snapshots.at(-1)
    if (newest && this.#running(name)) this.#use(newest.path)
  }

  /** Long after, what nobody needs is gone, and nothing else. */
  async #end(): Promise<void> {
    const bed = this.#bed
    for (const name of names) this.#park(name)
    await this.#collectAll()
    for (const days of [40, 2]) {
      bed.now += days * DAY
      await this.#collectAll()
      this.#check()
    }
    const needed = [
      ...[...this.#sessions.values()].flatMap(({ snapshots, persistedPath }) => [
        ...snapshots.slice(-KEPT).map(({ path }) => path),
        persistedPath,
      ]),
      ...[...this.#saved.values()].map(({ path }) => path),
      ...(this.#isDataKept() ? [...this.#uploaded].filter((path) => path.includes('/data/')) : []),
    ]
    const left = [...this.#uploaded].filter((path) => bed.isThere(path))
    expect(left.toSorted()).toEqual(
      [...this.#uploaded].filter((path) => needed.includes(path)).toSorted(),
    )
    await this.#removeAll()
  }

  /** Rules that keep nothing leave nothing. */
  async #removeAll(): Promise<void> {
    const bed = this.#bed
    this.#rules = { keptSnapshots: KEPT, sessionDays: 1, dataDays: 1 }
    for (const days of [2, 2]) {
      bed.now += days * DAY
      await this.#collectAll()
    }
    while (bed.archive.trim());
    expect(bed.onDisk()).toEqual([])
    for (const table of ['sessions', 'snapshots', 'messages', 'saved', 'files']) {
      expect(bed.index.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0)
    }
  }

  #isDataKept(): boolean {
    return this.#rules.dataDays === 0 && this.#rules.sessionDays === 0
  }
}

function positionOf(snapshotPath: string): number {
  return Number(/_(\d+)-/.exec(snapshotPath)?.[1])
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length]
}

let bed: Bed

async function makeBed(): Promise<void> {
  bed = new Bed()
  await bed.files.open()
  bed.open()
}

async function play(steps: readonly Step[], rules: Omit<GarbageRules, 'running'>): Promise<void> {
  try {
    await new Play(bed, rules).run(steps)
  } catch (error) {
    // What it left must not fail those that look for a shorter way to the same.
    rmSync(bed.dir, { recursive: true, force: true })
    await makeBed()
    throw error
  }
}

beforeEach(async () => {
  await makeBed()
  const handle = await open(import.meta.filename)
  // It is about what goes when, not about power: nobody waits for the disk.
  vi.spyOn(Object.getPrototypeOf(handle), 'sync').mockResolvedValue(undefined)
  await handle.close()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await expect.poll(() => readdirSync(bed.files.trashDir)).toEqual([])
  expect(bed.trashFailures).toEqual([])
  bed.close()
  rmSync(bed.dir, { recursive: true })
})

it('removes nothing that can be reached, whatever is uploaded, announced or cut off, and all else in the end', async () => {
  const days = fc.constantFrom(0, 2, 5)
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 100, size: 'max' }),
      days,
      days,
      (steps, sessionDays, dataDays) => play(steps, { keptSnapshots: KEPT, sessionDays, dataDays }),
    ),
    { numRuns: 60, examples: [[KILLED_ON_REMOVAL, 0, 0]] },
  )
}, 60_000)
