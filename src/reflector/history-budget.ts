import type { HistoryRoom, JoinCost } from '../session/ports.ts'
import type { ReflectorLimits } from './limits.ts'

type Limits = Pick<ReflectorLimits, 'historyBytes' | 'historiesBytes'>

/**
 * Shares the memory for histories out among sessions: each may keep as much as is left for all. So the longest
 * stop first, the shortest never as long as there is anything left, and all together stay below the limit.
 */
export class HistoryBudget implements HistoryRoom {
  /** looked at for every message */
  maxBytes: number
  readonly #limits: Limits
  #left: number

  constructor(limits: Limits) {
    this.#limits = limits
    this.#left = limits.historiesBytes
    this.maxBytes = this.#share()
  }

  /** Whether sessions may keep less than one alone because there are others. */
  get isShort(): boolean {
    return this.#left < this.#limits.historyBytes
  }

  /** Whether there is no room for a session that is not in memory. */
  get isUsedUp(): boolean {
    return this.#left <= 0
  }

  /** A session was brought back with this. */
  add({ bytes }: JoinCost): void {
    this.#left -= bytes
    this.maxBytes = this.#share()
  }

  /** Counts anew; to be called every second or so. */
  update(costs: Iterable<JoinCost>): void {
    this.#left = this.#limits.historiesBytes
    for (const { bytes } of costs) this.#left -= bytes
    this.maxBytes = this.#share()
  }

  #share(): number {
    return Math.max(1, Math.min(this.#limits.historyBytes, this.#left))
  }
}
