import { encodeInfo, type Info } from '../protocol/encode.ts'
import type { StoreObserver } from './committer.ts'
import type { Connection } from './connection.ts'
import { encodeFrames } from './frame.ts'
import type { Cancel, Clock, Log, Timers } from './ports.ts'

/** Users are told of it when it lasts longer than this (ms)… */
const INFORM_AFTER_MS = 2000
/** …and again so often (ms): clients take a box that says nothing for 50 s for gone. */
const INFORM_AGAIN_MS = 30_000

const FAILING = {
  code: 'STORE_FAILING',
  options: { level: 'warning' },
} as const
const WORKING = {
  code: 'STORE_WORKS',
  msg: 'The box can store again what happens here. Nothing was lost.',
  options: { level: 'warning' },
} as const

interface TroubleParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly members: () => Iterable<Connection>
}

/**
 * What happens while nothing can be stored: teatime stands still, since nothing may be let out, and
 * users and the log are told. What users do meanwhile waits (STORE1).
 */
export class StoreTrouble implements StoreObserver {
  readonly #parts: TroubleParts
  #reason: string | undefined
  #releaseClock = () => {}
  #cancelInform: Cancel = () => {}
  #isTold = false

  constructor(parts: TroubleParts) {
    this.#parts = parts
  }

  /** Why nothing can be stored, completing "the box cannot store anything: …"; undefined: it can. */
  get reason(): string | undefined {
    return this.#reason
  }

  stalled(reason: string): void {
    if (reason === this.#reason) return
    const isNew = this.#reason === undefined
    this.#reason = reason
    const { clock, timers, log } = this.#parts
    const fields = { scope: 'process', event: 'store-failing', reason }
    log.error(fields, 'nothing can be stored: sessions stand still until it can')
    if (!isNew) return
    this.#releaseClock = clock.hold()
    this.#cancelInform = timers.after(INFORM_AFTER_MS, () => this.#inform())
  }

  recovered(): void {
    this.#reason = undefined
    this.#cancelInform()
    this.#releaseClock()
    this.#parts.log.notice({ scope: 'process', event: 'store-works' }, 'sessions go on')
    if (this.#isTold) this.#tell(WORKING)
    this.#isTold = false
  }

  /** Takes back what is set for later. */
  close(): void {
    this.#cancelInform()
  }

  #inform(): void {
    const msg = `The box cannot store anything: ${this.#reason}. What you do now waits until it can.`
    this.#tell({ ...FAILING, msg })
    this.#isTold = true
    this.#cancelInform = this.#parts.timers.after(INFORM_AGAIN_MS, () => this.#inform())
  }

  #tell(info: Info): void {
    for (const connection of this.#parts.members()) {
      connection.write(encodeFrames([encodeInfo(connection.origin.sessionId, info)]), 1)
    }
  }
}
