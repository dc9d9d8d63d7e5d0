import type { AccountOf } from './ports.ts'
import type { RefusalCause } from './refusal.ts'
import { shortProgram } from './short-program.ts'

/** So many are remembered: those of each address, or network, and all together. */
const MAX_OF_ADDRESS = 10
const MAX_TURNED_AWAY = 100
/** Longer texts of a request are cut. */
const MAX_TEXT_LENGTH = 300

/** What was asked for. */
export type AskedFor = 'session' | 'page' | 'file' | 'other'

/** A request that is refused for a reason that somebody can mend. */
export interface TurnedAwayRequest {
  readonly address: string
  /** of the page that asks */
  readonly origin: string | undefined
  /** as far as its path tells */
  readonly app: string | undefined
  readonly userAgent: string | undefined
  readonly asked: AskedFor
  readonly cause: RefusalCause
}

/** Somebody who was turned away, as often as it was for the same reason. Times are ms since 1970. */
export interface TurnedAwayEntry extends RefusalCause {
  readonly address: string
  readonly origin: string | null
  readonly app: string | null
  /** browser and system, in short; null: it told none */
  readonly program: string | null
  readonly asked: AskedFor
  readonly times: number
  readonly firstAt: number
  readonly lastAt: number
}

interface Kept {
  readonly account: string
  readonly entry: TurnedAwayEntry
}

/**
 * Who was turned away of late, and why, for the dashboard. It is kept in memory, and bounded: somebody who makes up ever
 * other origins pushes out what came from the same address first.
 */
export class TurnedAway {
  readonly #accountOf: AccountOf
  readonly #wallTime: () => number
  /** by what tells one from the other; who was turned away last comes last */
  readonly #kept = new Map<string, Kept>()
  #count = 0

  /** @param wallTime ms since 1970 */
  constructor(accountOf: AccountOf, wallTime: () => number) {
    this.#accountOf = accountOf
    this.#wallTime = wallTime
  }

  /** How often anybody was turned away, and the list was emptied: it has changed when this has. */
  get count(): number {
    return this.#count
  }

  note(request: TurnedAwayRequest): void {
    this.#count += 1
    const { address, asked, cause } = request
    const [origin, app] = [cut(request.origin), cut(request.app)]
    const why = cause.why.slice(0, MAX_TEXT_LENGTH)
    const userAgent = cut(request.userAgent)
    const key = JSON.stringify([address, origin, app, userAgent, asked, why])
    const known = this.#kept.get(key)
    const now = this.#wallTime()
    if (known) {
      this.#kept.delete(key)
      const entry = { ...known.entry, times: known.entry.times + 1, lastAt: now }
      this.#kept.set(key, { ...known, entry })
      return
    }
    const account = this.#accountOf(address)
    this.#makeRoom(account)
    const entry = {
      ...{ address, origin: origin ?? null, app: app ?? null },
      program: userAgent === undefined ? null : shortProgram(userAgent),
      ...{ asked, why, remedy: cause.remedy.slice(0, MAX_TEXT_LENGTH) },
      ...{ times: 1, firstAt: now, lastAt: now },
    }
    this.#kept.set(key, { account, entry })
  }

  /** The last come first. */
  list(): readonly TurnedAwayEntry[] {
    return Array.from(this.#kept.values(), ({ entry }) => entry).toReversed()
  }

  /** Forgets all: whoever runs the box has seen to it. */
  clear(): void {
    this.#kept.clear()
    this.#count += 1
  }

  #makeRoom(account: string): void {
    const ofAccount = [...this.#kept].filter(([, kept]) => kept.account === account)
    const [oldestOfAccount] = ofAccount
    if (oldestOfAccount && ofAccount.length >= MAX_OF_ADDRESS) {
      this.#kept.delete(oldestOfAccount[0])
      return
    }
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined && this.#kept.size >= MAX_TURNED_AWAY) this.#kept.delete(oldest)
  }
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_TEXT_LENGTH)
}
