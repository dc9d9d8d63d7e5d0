import type { HistoryRoom, SessionCost } from '../session/ports.ts'
import type { ReflectorLimits } from './limits.ts'

type Limits = Pick<ReflectorLimits, 'historyBytes' | 'historiesBytes'>

/**
 * Shares the memory for histories, and for what sessions keep beside them, out among sessions: each may keep
 * as much as is left for all. So the longest stop first, the shortest never as long as there is anything left,
 * and all together stay below the limit.
 */
export class HistoryBudget implements HistoryRoom {
  readonly #limits: Limits
  #left: number

  constructor(limits: Limits) {
    this.#limits = limits
    this.#left = limits.historiesBytes
  }

  /** Looked at for every message. */
  get maxBytes(): number {
    return Math.max(1, Math.min(this.#limits.historyBytes, this.#left))
  }

  /** Whether sessions may keep less than one alone because there are others. */
  get isShort(): boolean {
    return this.#left < this.#limits.historyBytes
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
