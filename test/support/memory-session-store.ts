import { presenceAfter } from '../../src/session/presence-change.ts'
import type {
  JournalEntry,
  MessageRun,
  Presence,
  SavedRecord,
  SessionState,
  SnapshotRecord,
  StoredSession,
  StoredStart,
} from '../../src/session/record.ts'
import type { SessionStore } from '../../src/session/session-store.ts'
import { stateAfter } from '../../src/session/stored-state.ts'

const KEPT_SNAPSHOTS = 3

interface Kept {
  readonly state: SessionState
  readonly messages: readonly MessageRun[]
  readonly snapshots: readonly SnapshotRecord[]
  readonly presence: Presence
}

/** A session store without a disk: done when it returns, answered in the next microtask. */
export class MemorySessionStore implements SessionStore {
  /** what was committed, call by call */
  readonly commits: JournalEntry[][] = []
  /** files that snapshots and saved data name, but that are not there; all others are */
  readonly missingFiles = new Set<string>()
  #sessions = new Map<string, Kept>()
  #saved = new Map<string, SavedRecord>()

  async load(
    sessionId: string,
    appId: string | undefined,
    persistentId: string | undefined,
  ): Promise<StoredStart> {
    const kept = this.#sessions.get(sessionId)
    const path = this.#saved.get(JSON.stringify([appId, persistentId]))?.path
    return structuredClone({
      session: kept && this.#restore(kept),
      persistedPath: path !== undefined && this.missingFiles.has(path) ? undefined : path,
    })
  }

  /** False: there was none. */
  async removeSession(sessionId: string): Promise<boolean> {
    const sessions = new Map(this.#sessions)
    const wasThere = sessions.delete(sessionId)
    this.#sessions = sessions
    return wasThere
  }

  /** Ids of all that is stored. */
  get sessionIds(): readonly string[] {
    return [...this.#sessions.keys()]
  }

  async commit(entries: readonly JournalEntry[]): Promise<void> {
    const sessions = new Map(this.#sessions)
    const saved = new Map(this.#saved)
    const copies = structuredClone(entries) as JournalEntry[]
    for (const entry of copies) {
      const { sessionId } = entry
      if (entry.saved) {
        saved.set(JSON.stringify([entry.saved.appId, entry.saved.persistentId]), entry.saved)
      }
      const { saved: _, sessionId: __, ...own } = entry
      if (Object.keys(own).length === 0) continue
      sessions.set(sessionId, keptAfter(sessions.get(sessionId), entry))
    }
    this.#sessions = sessions
    this.#saved = saved
    this.commits.push(copies)
  }

  #restore({ state, messages, snapshots, presence }: Kept): StoredSession | undefined {
    const snapshot = snapshots.findLast(({ path }) => !this.missingFiles.has(path))
    const start = snapshot ? undefined : state.persistedPath
    if (start !== undefined && this.missingFiles.has(start)) return undefined
    const base = snapshot?.position ?? 0
    let position = base
    const since: MessageRun[] = []
    for (const run of messages) {
      const left = since.length === 0 ? cut(run, base + 1) : run
      if (left.count <= 0) continue
      if (left.first !== position + 1) return undefined
      since.push(left)
      position += left.count
    }
    if (position !== state.position) return undefined
    return { state, snapshot, messages: since, presence }
  }
}

/** What is kept of a session after the entry. Throws where the journal would refuse it. */
function keptAfter(before: Kept | undefined, entry: JournalEntry): Kept {
  const state = stateThen(before?.state, entry)
  const isSame = before?.state.timeline === state.timeline
  const messages = isSame ? [...before.messages] : []
  const snapshots = isSame ? before.snapshots : []
  const wasThere = isSame ? before.presence : { announced: [], leaveDelay: 0 }
  const presence = entry.presence ? presenceAfter(wasThere, entry.presence) : wasThere
  if (entry.messages) {
    const { first, count, text } = entry.messages
    if (messages.some((run) => run.first === first)) throw new Error(`message ${first} is there`)
    messages.push({ first, count, text })
  }
  if (!entry.snapshot) return { state, messages, snapshots, presence }
  const { snapshot } = entry
  const kept = [...snapshots.filter(({ time }) => time !== snapshot.time), snapshot]
    .sort((one, other) => one.time - other.time)
    .slice(-KEPT_SNAPSHOTS)
  const needless = kept.length < KEPT_SNAPSHOTS ? 0 : (kept[0]?.position ?? 0)
  return {
    state,
    messages: messages.filter((run) => run.first + run.count - 1 > needless),
    snapshots: kept,
    presence,
  }
}

function stateThen(before: SessionState | undefined, entry: JournalEntry): SessionState {
  const { sessionId, messages, changes = {}, reservedTime = 0 } = entry
  const found = entry.state ?? before
  if (!found) throw new Error(`session ${sessionId} has no state yet`)
  const state = stateAfter(found, changes)
  if (entry.state || !messages) return { ...state, time: Math.max(state.time, reservedTime) }
  const { first, count, time } = messages
  const position = first + count - 1
  return { ...state, time: Math.max(state.time, time, reservedTime), position }
}

function cut(run: MessageRun, first: number): MessageRun {
  if (run.first >= first) return run
  const messages: unknown[] = JSON.parse(`[${run.text}]`)
  const left = messages.slice(first - run.first).map((message) => JSON.stringify(message))
  return { first, count: left.length, text: left.join(',') }
}
