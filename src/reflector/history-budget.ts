import type { HistoryRoom, SessionCost } from '../session/ports.ts'
import type { ReflectorLimits } from './limits.ts'

type Limits = Pick<ReflectorLimits, 'historyBytes' | 'historiesBytes'>

/** A session that keeps no more than this is small (UTF-16 units): some thousand messages. */
const SMALL_LENGTH = 250_000
/** This part of the whole is for small sessions alone. */
const RESERVED_PART = 1 / 4

/**
 * Shares the memory for histories, and for what sessions keep beside them, out among sessions: each may keep
 * as much as is left for all. So the longest stop first, and all together stay below the limit. Those who
 * come later find ever less, so a part is kept free for small sessions: whatever others keep, they go on.
 */
export class HistoryBudget implements HistoryRoom {
  readonly #limits: Limits
  readonly #reserved: number
  #left: number

  constructor(limits: Limits) {
    const { historiesBytes } = limits
    this.#limits = limits
    this.#reserved = historiesBytes === Infinity ? 0 : historiesBytes * RESERVED_PART
    this.#left = historiesBytes
  }

  /** Looked at for every message. */
  get maxBytes(): number {
    const { historyBytes } = this.#limits
    const most = Math.max(this.#left - this.#reserved, Math.min(this.#left, SMALL_LENGTH))
    return Math.max(1, Math.min(historyBytes, most))
  }

  /** Whether sessions may keep less than one alone because there are others. */
  get isShort(): boolean {
    return this.maxBytes < this.#limits.historyBytes
  }

  /** What is missing for more than small sessions to grow; 0 or less: nothing. */
  get missing(): number {
    return this.#reserved - this.#left
  }

  /** Whether there is no room for a session that is not in memory. */
  get isUsedUp(): boolean {
    return this.#left <= 0
  }

  took(bytes: number): void {
    this.#left -= bytes
  }

  /** A session was brought back with this. */
  add({ bytes, besideBytes }: SessionCost): void {
    this.took(bytes + besideBytes)
  }

  /** Counts anew, since what is given up is not told; to be called every second or so. */
  update(costs: Iterable<SessionCost>): void {
    this.#left = this.#limits.historiesBytes
    for (const cost of costs) this.add(cost)
  }
}

/** A session as far as it can be put away. */
export interface Lodger {
  readonly session: { readonly isDeserted: boolean; readonly cost: SessionCost } | undefined
  /** a snapshot or save that was announced is looked for: it would be lost */
  readonly isBusy: boolean
  park(now: number): void
}

/**
 * Puts sessions away in which nobody has an open socket, those that keep most first, while others have too
 * little room (LIMIT30). To be called every second or so.
 */
export function parkDeserted(
  lodgers: Iterable<Lodger>,
  { missing }: Pick<HistoryBudget, 'missing'>,
  now: number,
): void {
  if (missing <= 0) return
  const deserted = [...lodgers]
    .filter(({ session, isBusy }) => session?.isDeserted && !isBusy)
    .map((lodger) => ({ lodger, length: lengthOf(lodger) }))
    .toSorted((a, b) => b.length - a.length)
  let left = missing
  for (const { lodger, length } of deserted) {
    if (left <= 0) return
    lodger.park(now)
    left -= length
  }
}

function lengthOf({ session }: Lodger): number {
  return session ? session.cost.bytes + session.cost.besideBytes : 0
}
