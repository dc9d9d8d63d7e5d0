import { labelOf, MOST_NAMES, nameOf } from './mdns-name.ts'
import type { Log, Network, Publication, Responder, StartResponder, Timers } from './ports.ts'

/** Networks come and go: so often it is looked (ms). */
const LOOK_EVERY_MS = 15_000
/** After a failure so many looks are let pass, twice as many after each further one: from a minute to about an hour. */
const FIRST_PAUSE = 4
const LONGEST_PAUSE = 256

export interface BoxNameParts {
  /** the label that is wanted */
  readonly base: string
  readonly port: number
  readonly onlyAddress: string | undefined
  readonly isIpv6: boolean
  /** those that others are in, as they are now */
  readonly networks: () => readonly Network[]
  readonly start: StartResponder
  /** whether the system of this machine has that name, and answers for it itself */
  readonly isOwn: (name: string) => Promise<boolean>
  /** told the name when the box gets one */
  readonly onName: (name: string) => void
  readonly timers: Timers
  readonly log: Log
}

/**
 * The name of the box by multicast DNS, `croquet.local`, or the first like it that no other machine has. Each network that
 * comes, goes or changes makes the box ask anew. Whatever fails, the box runs without a name.
 */
export class BoxName {
  readonly #parts: BoxNameParts
  #responder: Responder | undefined
  #current: string | undefined
  /** the networks that the responder was started for */
  #networks = ''
  /** Events of earlier responders do not count any more. */
  #generation = 0
  /** one change at a time */
  #changing: Promise<void> = Promise.resolve()
  #failures = 0
  #pause = 0
  #lastSaid: string | undefined
  #stopLooking: (() => void) | undefined
  #isClosed = false
  readonly #settled = Promise.withResolvers<void>()

  constructor(parts: BoxNameParts) {
    this.#parts = parts
  }

  /** `croquet.local`; undefined: there is none, or not yet */
  get current(): string | undefined {
    return this.#current
  }

  /** the label that is wanted: names like it may be those of other boxes */
  get base(): string {
    return this.#parts.base
  }

  /** Resolves when it is known for the first time whether there is a name. */
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  open(): void {
    this.#look()
    this.#stopLooking = this.#parts.timers.every(LOOK_EVERY_MS, () => this.#look())
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopLooking?.()
    this.#restart(() => this.#become(undefined))
    await this.#changing
  }

  #look(): void {
    const networks = this.#parts.networks()
    const text = JSON.stringify(networks)
    if (text !== this.#networks) {
      this.#networks = text
      this.#failures = 0
      this.#pause = 0
    } else if (this.#pause === 0 || --this.#pause > 0) return
    const isAlone = networks.length === 0
    this.#restart(() => (isAlone ? this.#become(undefined) : this.#ask(networks, 1)))
  }

  /** Ends the responder, and then goes on otherwise. */
  #restart(next: () => void): void {
    const generation = ++this.#generation
    this.#changing = this.#changing.then(async () => {
      const responder = this.#responder
      this.#responder = undefined
      await responder?.close()
      // The name of before is kept until it is known what comes of the next one.
      if (generation === this.#generation) next()
    })
  }

  #ask(networks: readonly Network[], attempt: number): void {
    const { base, port, onlyAddress, isIpv6, start } = this.#parts
    const label = labelOf(base, attempt)
    const publication: Publication = { label, port, networks, onlyAddress, isIpv6 }
    const generation = this.#generation
    const ifCurrent = (run: () => void) => () => {
      if (generation === this.#generation) run()
    }
    this.#responder = start(publication, {
      named: ifCurrent(() => this.#become(nameOf(label))),
      taken: ifCurrent(() => void this.#taken(networks, attempt)),
      failed: (reason) => ifCurrent(() => this.#failed(reason))(),
    })
  }

  async #taken(networks: readonly Network[], attempt: number): Promise<void> {
    const { base, isOwn, log } = this.#parts
    const name = nameOf(labelOf(base, attempt))
    const generation = this.#generation
    // From now on it leads elsewhere.
    if (this.#current === name) this.#current = undefined
    const isThisMachine = await isOwn(name)
    if (generation !== this.#generation) return
    if (isThisMachine) return this.#restart(() => this.#become(name))
    const fields = { scope: 'process', event: 'mdns-taken', name }
    log.notice(fields, `${name} is another machine's on this network: the box takes another name`)
    if (attempt < MOST_NAMES) this.#restart(() => this.#ask(networks, attempt + 1))
    else this.#failed(`${name} is taken, as are all names like it`)
  }

  #failed(reason: string): void {
    const { base, log } = this.#parts
    if (this.#failures === 0) {
      const fields = { scope: 'process', event: 'mdns-failed', reason }
      const name = nameOf(base)
      log.warn(fields, `the box cannot be ${name} by multicast DNS, and runs without: ${reason}`)
    }
    this.#pause = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE)
    this.#failures += 1
    this.#restart(() => this.#become(undefined))
  }

  #become(name: string | undefined): void {
    this.#current = name
    this.#settled.resolve()
    if (name === undefined || this.#isClosed) return
    if (name !== this.#lastSaid) {
      this.#lastSaid = name
      const fields = { scope: 'process', event: 'mdns-named', name }
      this.#parts.log.notice(fields, `the box is ${name} by multicast DNS`)
    }
    this.#parts.onName(name)
  }
}
