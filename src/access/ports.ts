import type { IncomingMessage } from 'node:http'

/** Time as the door needs it. */
export interface Clock {
  /** monotonic, ms */
  now(): number
  /** ms since 1970 */
  wallTime(): number
}

type LogCall = (fields: object, text: string) => void

export interface Log {
  readonly notice: LogCall
  readonly warn: LogCall
  readonly error: LogCall
}

/** Told of each time that a limit is met. */
export interface Breaches {
  /** @param limit its name in kebab-case; @param address of whoever meets it, or the network by which it is counted */
  note(limit: string, address: string): void
}

/** Who is counted as one, by address: an address, or a network of which one visitor has many. */
export type AccountOf = (address: string) => string

/** Where a request came from and where to, as far as trusted proxies tell. */
export interface Whereabouts {
  /** The client's own address. */
  clientAddress(request: IncomingMessage): string
  /** Scheme, host and path prefix by which the client reaches the box. */
  publicUrl(request: IncomingMessage): string
  /** Each host by which the request says that it came: the one that it was sent with, and those that proxies tell. */
  hosts(request: IncomingMessage): readonly string[]
}
