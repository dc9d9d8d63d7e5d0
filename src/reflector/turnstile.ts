import { Counts } from './counts.ts'
import type { LimitName, ReflectorLimits } from './limits.ts'

type Limits = Pick<ReflectorLimits, 'connectionsPerAddress' | 'unjoinedPerAddress' | 'unjoined'>

/** It is crowded when this share of those who may wait to join are there, and so many at least. */
const CROWDED_SHARE = 0.25
const LEAST_CROWD = 20

/** A connection as far as it is counted. */
export interface Visitor {
  readonly origin: {
    /** the address, or network, by which it is counted; undefined: it is not (LIMIT10) */
    readonly account: string | undefined
  }
}

/** Somebody who has not joined and has to make room, and for which limit. */
export interface Displaced<V> {
  readonly visitor: V
  readonly limit: LimitName
}

/** Counts connections by address, and those that have not joined: of these the oldest make room for others. */
export class Turnstile<V extends Visitor> {
  readonly #limits: Limits
  readonly #connections = new Counts()
  readonly #unjoinedOf = new Counts()
  /** the oldest first */
  readonly #unjoined = new Set<V>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Whether so many have not joined that others are better let in slowly. */
  get isCrowded(): boolean {
    return this.#unjoined.size >= Math.max(LEAST_CROWD, this.#limits.unjoined * CROWDED_SHARE)
  }

  /** Whether one more connection may come from there. @param waiting those that are on their way in */
  admits(account: string | undefined, waiting: number): boolean {
    if (account === undefined) return true
    return this.#connections.of(account) + waiting < this.#limits.connectionsPerAddress
  }

  /** @returns who has to go for it */
  entered(visitor: V): Displaced<V> | undefined {
    const { account } = visitor.origin
    this.#connections.add(account)
    this.#unjoinedOf.add(account)
    this.#unjoined.add(visitor)
    const { unjoinedPerAddress, unjoined } = this.#limits
    if (this.#unjoinedOf.of(account) > unjoinedPerAddress) {
      return this.#displace('unjoined-per-address', (other) => other.origin.account === account)
    }
    return this.#unjoined.size > unjoined ? this.#displace('unjoined', () => true) : undefined
  }

  /** It joins, or is given up. */
  joined(visitor: V): void {
    if (this.#unjoined.delete(visitor)) this.#unjoinedOf.remove(visitor.origin.account)
  }

  /** Its socket is closed. */
  left(visitor: V): void {
    this.joined(visitor)
    this.#connections.remove(visitor.origin.account)
  }

  #displace(limit: LimitName, isCandidate: (other: V) => boolean): Displaced<V> | undefined {
    for (const visitor of this.#unjoined) {
      if (!isCandidate(visitor)) continue
      this.joined(visitor)
      return { visitor, limit }
    }
    return undefined
  }
}
