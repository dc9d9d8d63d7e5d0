import type { JournalEntry, PresenceChange, SessionState, StateChanges } from './record.ts'

/** What an entry takes besides its texts, roughly (UTF-16 units). */
const ENTRY_LENGTH = 500
/** Likewise, a user who joined or left. */
const USER_LENGTH = 20

/** How long entries are, roughly (UTF-16 units): no text that clients give is left out. */
export function lengthOfAll(entries: readonly JournalEntry[]): number {
  let length = 0
  for (const entry of entries) length += lengthOf(entry)
  return length
}

/** Likewise, one of them. */
export function lengthOf(entry: JournalEntry): number {
  const { messages, state, changes, presence, snapshot, saved } = entry
  let length = ENTRY_LENGTH
  if (messages) length += messages.text.length
  if (state) length += stateLength(state)
  if (changes) length += stateLength(changes)
  if (presence) length += presenceLength(presence)
  if (snapshot) length += snapshot.path.length + snapshot.hash.length
  if (saved) length += textLength(saved.appId, saved.persistentId, saved.path)
  return length
}

function stateLength(state: Partial<SessionState> | StateChanges): number {
  const { name, appId, persistentId, pageUrl, flags = {}, completedTallies } = state
  const tallies = completedTallies?.remembered.map(([key]) => key) ?? []
  const { timeline, tove, persistedPath } = state as Partial<SessionState>
  const texts = [name, appId, persistentId, pageUrl, timeline, tove, persistedPath]
  return textLength(...texts, ...Object.keys(flags), ...tallies)
}

function presenceLength({ left, joined }: PresenceChange): number {
  const users = joined.reduce((sum, [, user]) => sum + user.length, 0)
  return users + USER_LENGTH * (left.length + joined.length)
}

function textLength(...texts: ReadonlyArray<string | null | undefined>): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
}
