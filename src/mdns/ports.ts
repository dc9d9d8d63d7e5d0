/** What is said on the network. */
export interface Publication {
  /** `croquet` for `croquet.local` */
  readonly label: string
  /** of the box, for those who browse for web servers */
  readonly port: number
  readonly networks: readonly Network[]
  /** Undefined: all addresses of these networks lead to the box. */
  readonly onlyAddress: string | undefined
  /** whether the box is reached by IPv6 */
  readonly isIpv6: boolean
}

/** An interface of this machine, with its addresses. */
export interface Network {
  readonly name: string
  readonly addresses: readonly string[]
}

/** Told what comes of a publication. Each may come at any time until the responder is closed. */
export interface ResponderObserver {
  /** The name is this box's. */
  named(): void
  /** The name is another machine's: this one is no longer said. */
  taken(): void
  /** The responder has ended. @param reason in words */
  failed(reason: string): void
}

/** Answers on the network for one name. */
export interface Responder {
  /** Says goodbye. Resolves when that is done, or is given up. */
  close(): Promise<void>
}

export type StartResponder = (publication: Publication, observer: ResponderObserver) => Responder

export interface Timers {
  every(intervalMs: number, run: () => void): () => void
}

type LogCall = (fields: object, text: string) => void

export interface Log {
  readonly notice: LogCall
  readonly warn: LogCall
}
