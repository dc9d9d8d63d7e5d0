import type { Json } from '../protocol/messages.ts'
import type { JournalEntry, PresenceChange } from '../session/record.ts'

/** An entry as boxes of schema version 5 and before logged it: with all who are there, whatever changed. */
interface OldEntry extends Omit<JournalEntry, 'presence'> {
  readonly presence?: { readonly announced: readonly Json[]; readonly leaveDelay: number | null }
}

/** The entry as it is logged today. A box may be ended before an upgrade with old ones in its log. */
export function upToDate(entry: JournalEntry | OldEntry): JournalEntry {
  const { presence } = entry
  return presence && 'announced' in presence
    ? { ...entry, presence: wholeChange(presence) }
    : (entry as JournalEntry)
}

function wholeChange({ announced, leaveDelay }: NonNullable<OldEntry['presence']>): PresenceChange {
  return {
    left: 'all',
    joined: announced.map((user, index) => [index + 1, JSON.stringify(user)]),
    leaveDelay: leaveDelay ?? 0,
  }
}
