import type { AnnouncedUser, Presence, PresenceChange } from './record.ts'

type Coming = Pick<PresenceChange, 'left' | 'joined'>

/** One change for two that follow each other. */
export function mergedChange(before: PresenceChange, after: PresenceChange): PresenceChange {
  return { ...mergedComing(before, after), leaveDelay: after.leaveDelay }
}

/** Likewise, of who left and joined. */
export function mergedComing(before: Coming, after: Coming): Coming {
  if (after.left === 'all') return { left: 'all', joined: after.joined }
  if (after.left.length === 0 && after.joined.length === 0) return before
  const gone = new Set(after.left)
  return {
    left: before.left === 'all' ? 'all' : [...before.left, ...after.left],
    joined: [...before.joined.filter(([number]) => !gone.has(number)), ...after.joined],
  }
}

/** What is announced at once comes in pieces that end when their users have become so long (UTF-16 units). */
const MAX_JOINED_LENGTH = 4_000_000

/** A change as those that make it up, in order: each is short enough to be written in one piece. */
export function piecesOf(change: PresenceChange): readonly PresenceChange[] {
  const pieces: PresenceChange[] = []
  let { left } = change
  let start = 0
  let length = 0
  for (const [index, [, user]] of change.joined.entries()) {
    length += user.length
    if (length < MAX_JOINED_LENGTH || index === change.joined.length - 1) continue
    pieces.push({ ...change, left, joined: change.joined.slice(start, index + 1) })
    left = []
    start = index + 1
    length = 0
  }
  return [...pieces, { ...change, left, joined: change.joined.slice(start) }]
}

/** Who is there after a change. */
export function presenceAfter(before: Presence, change: PresenceChange): Presence {
  const { left, joined, leaveDelay } = change
  const stay = before.announced.filter(({ number }) => left !== 'all' && !left.includes(number))
  const come = joined.map(([number, user]): AnnouncedUser => ({ number, user: JSON.parse(user) }))
  return { announced: [...stay, ...come], leaveDelay }
}
