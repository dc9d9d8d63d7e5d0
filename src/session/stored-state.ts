import type { JournalEntry, SessionState, StateChanges } from './record.ts'

/** What of a state is compared; its time is looked at by itself. */
const FIELDS = [
  'name',
  'appId',
  'persistentId',
  'isAppUnknown',
  'pageUrl',
  'tick',
  'delay',
  'scale',
  'flags',
  'completedTallies',
] as const satisfies ReadonlyArray<keyof StateChanges>

/**
 * What the store has of a session's state, or gets with the commit that is being made up: the whole of it when a
 * timeline begins, and from then on only what changed.
 */
export class StoredState {
  #state: SessionState | undefined
  /** teatime, ms: it moves on with messages, too */
  #time = 0

  /** The session was restored, or, without a state, begins anew. */
  start(state: SessionState | undefined): void {
    this.#state = state
    this.#time = state?.time ?? 0
  }

  /** Messages or a reserved time moved the stored time on to this. */
  movedOn(time: number): void {
    if (time > this.#time) this.#time = time
  }

  /** Whether it lacks something of the state as it is now. */
  lacks(now: SessionState): boolean {
    return !this.#state || !isEmpty(this.#changes(this.#state, now))
  }

  /** What has to be stored of the state as it is now, which then counts as stored. */
  take(now: SessionState): Pick<JournalEntry, 'state' | 'changes'> {
    const before = this.#state
    const changes = before && this.#changes(before, now)
    this.#state = now
    this.#time = now.time
    if (!changes) return { state: now }
    return isEmpty(changes) ? {} : { changes }
  }

  #changes(before: SessionState, now: SessionState): StateChanges {
    const changed = FIELDS.filter((field) => !areSame(before[field], now[field]))
    return {
      ...Object.fromEntries(changed.map((field) => [field, now[field] ?? null])),
      ...(this.#time !== now.time && { time: now.time }),
    }
  }
}

/** The state after these changes. */
export function stateAfter(before: SessionState, changes: StateChanges): SessionState {
  const { appId = before.appId, persistentId = before.persistentId, ...rest } = changes
  return {
    ...before,
    ...rest,
    appId: appId ?? undefined,
    persistentId: persistentId ?? undefined,
  }
}

function isEmpty(changes: StateChanges): boolean {
  return Object.keys(changes).length === 0
}

function areSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  return typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other)
}
